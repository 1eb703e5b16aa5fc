import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { programsOnPath } from './home.ts';
import { type Ended, run, succeeded } from './run.ts';

/** A Node that the plugin does not run on. */
export interface OldNode {
  /** The folder of a program that is named `node`. */
  dir: string;
  version: string;
}

/**
 * A Node that only says it is old, and every really old one on our own PATH: what their syntax lacks cannot be
 * pretended.
 *
 * @param dir a folder for the pretender
 */
export async function oldNodes(dir: string): Promise<OldNode[]> {
  const old: OldNode[] = [{ dir: await pretender(dir, '22.17.1'), version: '22.17.1' }];
  const seen = new Set<string>();
  for (const path of await programsOnPath('node')) {
    const target = await realpath(path);
    if (seen.has(target)) continue;
    seen.add(target);
    const version = succeeded(await run(path, ['--version'], {})).replace(/^v/, '');
    if (isTooOld(version)) old.push({ dir: dirname(path), version });
  }
  return old;
}

/** What the plugin ends with on such a Node. */
export function oldNodeComplaint({ version }: OldNode): Ended {
  return {
    code: 1,
    stdout: '',
    stderr:
      `error: kubectl-zone needs Node 22.18 or newer, but "node" on your PATH is ${version}\n` +
      '  install a newer Node (https://nodejs.org), or put it first on the PATH\n',
  };
}

async function pretender(dir: string, version: string): Promise<string> {
  const folder = join(dir, 'old-node');
  await mkdir(folder, { recursive: true });
  const pretend = `Object.defineProperty(process.versions, "node", { value: "${version}" })`;
  const script = `#!/bin/sh\nexec '${process.execPath}' --import 'data:text/javascript,${pretend}' "$@"\n`;
  await writeFile(join(folder, 'node'), script, { mode: 0o755 });
  return folder;
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 22 || (major === 22 && minor < 18);
}
