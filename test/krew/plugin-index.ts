import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, succeeded } from './run.ts';

/** A plugin index as krew wants it: a git repository with a manifest for each plugin. */
export interface PluginIndex {
  dir: string;
  /** Commits this manifest of the plugin `zone`. */
  publish(manifest: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Makes an index without plugins.
 *
 * @param git absolute path of the program
 */
export async function makeIndex(git: string): Promise<PluginIndex> {
  const dir = await mkdtemp(join(tmpdir(), 'index-'));
  const env = {
    HOME: dir,
    PATH: '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'test',
    GIT_AUTHOR_EMAIL: 'test@kubectl-zone.example',
    GIT_COMMITTER_NAME: 'test',
    GIT_COMMITTER_EMAIL: 'test@kubectl-zone.example',
  };
  const commit = async (words: readonly string[]) => {
    for (const args of [
      ['add', '--all'],
      ['commit', '--quiet', '--allow-empty', ...words],
    ]) {
      succeeded(await run(git, args, env, dir));
    }
  };
  succeeded(await run(git, ['init', '--quiet', '--initial-branch=main', dir], env));
  await mkdir(join(dir, 'plugins'));
  await commit(['--message=empty']);
  return {
    dir,
    async publish(manifest) {
      await writeFile(join(dir, 'plugins', 'zone.yaml'), manifest);
      await commit(['--message=zone']);
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
