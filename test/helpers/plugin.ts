import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import type { PluginRun } from './plugin-run.ts';
import { Transcript } from './transcript.ts';

const PLUGIN_DIR = join(import.meta.dirname, '..', '..', 'plugin');

/** The built plugin's executable. */
export const PLUGIN_PATH = join(PLUGIN_DIR, 'kubectl-zone');

/** A PATH on which kubectl finds the plugin. */
export function pathWithPlugin(env: NodeJS.ProcessEnv = process.env): string {
  return `${PLUGIN_DIR}${delimiter}${env.PATH ?? ''}`;
}

/** A plugin in a process of its own. */
export interface PluginProcess extends PluginRun {
  /** SIGKILL. */
  kill(): void;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

/**
 * Starts a program, the built plugin unless told, as a process of its own without a terminal.
 *
 * @param program such as a kubectl that shall find the plugin on its PATH
 */
export function startPlugin(
  kubeconfigPath: string,
  argv: readonly string[],
  program: string = PLUGIN_PATH,
): PluginProcess {
  const child = spawn(program, argv, {
    env: { ...process.env, KUBECONFIG: kubeconfigPath, PATH: pathWithPlugin() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = new Transcript();
  const stderr = new Transcript();
  child.stdout.on('data', (chunk: Buffer) => stdout.append(chunk)).once('end', () => stdout.end());
  child.stderr.on('data', (chunk: Buffer) => stderr.append(chunk)).once('end', () => stderr.end());
  const end = once(child, 'close').then(([code]) => ({
    code: typeof code === 'number' ? code : undefined,
    stdout: stdout.text,
    stderr: stderr.text,
  }));
  return {
    stdout,
    stderr,
    end,
    interrupt: () => void child.kill('SIGINT'),
    kill: () => void child.kill('SIGKILL'),
    signal: (name) => void child.kill(name),
  };
}
