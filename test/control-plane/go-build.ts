import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { linkerFlags, packageOf, pinnedVersions, type Tool } from './tools.ts';

/** Where a build reads from, writes to and reports. */
export interface BuildOptions {
  /** The folder of go.mod. */
  moduleDir: string;
  /** The finished programs go here. */
  intoDir: string;
  /** The environment that Go runs in. */
  env: NodeJS.ProcessEnv;
  /** Receives one line of progress at a time. */
  progress: (line: string) => void;
}

/**
 * Builds programs with Go, one after the other: each one is complete, or it is not there. Go keeps what the programs
 * share, so the first one takes most of the time.
 *
 * @throws Error with the compiler's last lines when a build fails
 */
export async function buildTools(tools: readonly Tool[], options: BuildOptions): Promise<void> {
  const flags = linkerFlags(await pinnedVersions(options.moduleDir, options.env));
  for (const [index, tool] of tools.entries()) {
    const startedMs = performance.now();
    options.progress(`building ${tool} with Go (${index + 1} of ${tools.length}) …`);
    await buildOne(tool, flags, options);
    options.progress(`built ${tool} in ${Math.round((performance.now() - startedMs) / 1000)} s`);
  }
}

/** Builds next to the final place and renames, so that an interrupted build leaves nothing that looks finished. */
async function buildOne(tool: Tool, flags: string, options: BuildOptions): Promise<void> {
  const dir = await mkdtemp(join(options.intoDir, `.building-${tool}-`));
  try {
    const output = join(dir, tool);
    await runGo(['build', '-v', '-trimpath', '-ldflags', flags, '-o', output, packageOf(tool)], options);
    await rename(output, join(options.intoDir, tool));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
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
