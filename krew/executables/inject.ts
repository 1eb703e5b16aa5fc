import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';

/** What Node looks for in itself when it starts: https://nodejs.org/api/single-executable-applications.html. */
const RESOURCE = 'NODE_SEA_BLOB';
const MACHO_SEGMENT = 'NODE_SEA';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Node's own tool. It runs as a process of its own, as it prints what it thinks of section names. */
const POSTJECT = createRequire(import.meta.url).resolve('postject/dist/cli.js');

export interface Script {
  /** Path of a CommonJS script; its `require` knows Node's modules only. */
  main: string;
  /** Paths of files that it gets from `node:sea`, by the name that it gets them by. */
  assets?: Readonly<Record<string, string>>;
  /** Needs a machine of the target's kind to be made, and leaves the script without import(). */
  useCodeCache?: boolean;
}

export interface Target {
  /** The Node that prepares the script: one that runs here, in the version of the runtime. */
  maker: string;
  /** The Node to put the script into, of any platform. */
  runtime: string;
  /** Where the executable is written to. */
  output: string;
}

/**
 * Puts a script into a copy of Node, which then runs nothing else. The same files give the same bytes. A signature of
 * the runtime is not valid any more; that of a Mac's is taken away.
 *
 * `node --build-sea` does the same in one step, but not before Node 26.
 *
 * @throws Error with the words of Node or postject when it cannot be built
 */
export async function injectScript(script: Script, { maker, runtime, output }: Target): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'executable-'));
  try {
    const config = join(work, 'sea.json');
    const blob = join(work, 'sea.blob');
    await writeFile(config, JSON.stringify({ ...script, ...SETTINGS, output: blob }));
    await run(maker, ['--experimental-sea-config', config]);
    await copyFile(runtime, output);
    await chmod(output, 0o755);
    const names = ['--sentinel-fuse', FUSE, '--macho-segment-name', MACHO_SEGMENT];
    await run(process.execPath, [POSTJECT, output, RESOURCE, blob, ...names]).catch(tellWhy);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const SETTINGS = {
  disableExperimentalSEAWarning: true,
  // NODE_OPTIONS are meant for the user's Node programs, which this one does not look like.
  execArgvExtension: 'none',
};

const run = promisify(execFile);

/** postject says on its standard output what is wrong. */
function tellWhy({ stdout }: { stdout: string }): never {
  throw new Error(`postject: ${stripVTControlCharacters(stdout).trim()}`);
}
