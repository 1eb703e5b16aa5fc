import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { linkerFlags, packageOf, pinnedVersion, type Tool } from './tools.ts';

/** Where a build reads from and reports. */
export interface BuildOptions {
  /** The folder of go.mod. */
  moduleDir: string;
  /** The environment that Go runs in. */
  env: NodeJS.ProcessEnv;
  /** Receives one line of progress at a time. */
  progress: (line: string) => void;
}

/**
 * Builds a program with Go, next to the final place, and renames it, so that an interrupted build leaves nothing that
 * looks finished. Go keeps what programs share, so the first one of a module takes most of the time.
 *
 * @param path of the finished program, in a folder that is there
 * @throws Error with the compiler's last lines when the build fails
 */
export async function buildTool(tool: Tool, path: string, options: BuildOptions): Promise<void> {
  const startedMs = performance.now();
  const version = await pinnedVersion(tool, options.moduleDir, options.env);
  options.progress(`building ${tool} ${version} with Go …`);
  const dir = await mkdtemp(join(dirname(path), `.building-${tool}-`));
  try {
    const output = join(dir, tool);
    const flags = ['-trimpath', '-ldflags', linkerFlags(tool, version)];
    await runGo(['build', '-v', ...flags, '-o', output, packageOf(tool)], options);
    await rename(output, path);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  options.progress(`built ${tool} in ${Math.round((performance.now() - startedMs) / 1000)} s`);
}

/** How many compiled packages make one line of progress. */
const PACKAGES_PER_LINE = 200;

async function runGo(args: readonly string[], { moduleDir, env, progress }: BuildOptions): Promise<void> {
  const go = spawn('go', args, {
    cwd: moduleDir,
    env: { ...env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(go, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: go.stderr })) {
    lines.push(line);
    if (lines.length % PACKAGES_PER_LINE === 0) progress(`  ${lines.length} packages`);
  }
  const [code] = await exited;
  if (code !== 0) {
    throw new Error(`go ${args[0]} ended with exit code ${code}:\n${lines.slice(-20).join('\n')}`);
  }
}
