import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileServer, serveFiles } from './file-server.ts';
import { type Home, makeHome } from './home.ts';
import { buildRelease, type LocalRelease } from './local-release.ts';
import { makeIndex, type PluginIndex } from './plugin-index.ts';
import { type KrewTools, krewTools } from './tools.ts';

/** What krew's tests work with. Everything is gone after `close`. */
export interface KrewBench {
  tools: KrewTools;
  release: LocalRelease;
  /** Serves the release's files. */
  server: FileServer;
  /**
   * A new user's home with kubectl and krew.
   *
   * @param programs more that shall be on the PATH, absolute paths by name
   */
  home(programs?: Readonly<Record<string, string>>): Promise<Home>;
  /** A plugin index without plugins. */
  index(git: string): Promise<PluginIndex>;
  /** Writes the manifest of the release into a file of the name that krew wants, and returns its path. */
  manifestFile(downloadsUrl: string): Promise<string>;
  close(): Promise<void>;
}

/** Builds krew and a release, and starts the server. */
export async function krewBench(): Promise<KrewBench> {
  const tools = await krewTools();
  const release = await buildRelease('javascript and executable');
  const server = await serveFiles(release.dir);
  const leftovers: { remove(): Promise<void> }[] = [release];
  const removedLater = <T extends { remove(): Promise<void> }>(each: T): T => {
    leftovers.push(each);
    return each;
  };
  return {
    tools,
    release,
    server,
    home: async (programs = {}) =>
      removedLater(await makeHome({ 'kubectl-krew': tools.krew, ...programs }, ['.krew/bin'])),
    index: async (git) => removedLater(await makeIndex(git)),
    async manifestFile(downloadsUrl) {
      const dir = await mkdtemp(join(tmpdir(), 'manifest-'));
      removedLater({ remove: () => rm(dir, { recursive: true }) });
      const path = join(dir, 'zone.yaml');
      await writeFile(path, await release.manifest(downloadsUrl));
      return path;
    },
    async close() {
      await server.close();
      await Promise.all(leftovers.map((each) => each.remove()));
    },
  };
}
