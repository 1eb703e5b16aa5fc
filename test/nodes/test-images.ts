import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { archiveOf, buildImage, type RunConfig } from '../../krew/image/oci.ts';
import type { TarEntry } from '../../krew/image/tar-entries.ts';
import { PAUSE_IMAGE } from './node-files.ts';
import { thisMachine } from './requirements.ts';

/** Waits for SIGTERM, as the first process of a container has to be asked to. */
const WAIT = ['/bin/sh', '-c', 'trap "exit 0" TERM INT; sleep infinity & wait'];

/** A small system that only waits, under the names that the fixtures of all clusters use. */
const IMAGES: Readonly<Record<string, RunConfig>> = {
  [PAUSE_IMAGE]: { Entrypoint: ['/bin/sleep', 'infinity'] },
  'docker.io/library/app:v1': { Entrypoint: WAIT },
  'docker.io/library/app:v2': { Entrypoint: WAIT },
  'docker.io/library/app:v3': { Entrypoint: WAIT },
  'docker.io/library/app:crash': { Entrypoint: ['/bin/false'] },
};

/**
 * Writes the images that the pods of tests run, which consist of Debian's busybox. A pod with another image of the same
 * repository, such as `app:broken`, never runs.
 *
 * @returns the paths of the archives
 */
export async function writeTestImages(dir: string): Promise<string[]> {
  const program = await findBusybox();
  const busybox: TarEntry = {
    type: 'File',
    path: 'bin/busybox',
    mode: 0o755,
    content: await readFile(program),
  };
  const { stdout: commands } = await promisify(execFile)(program, ['--list']);
  const links = commands
    .split('\n')
    .filter((name) => name !== '' && name !== 'busybox')
    .map((name): TarEntry => ({ type: 'SymbolicLink', path: `bin/${name}`, target: 'busybox' }));
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  return Promise.all(
    Object.entries(IMAGES).map(async ([name, config], index) => {
      const image = await buildImage({ architecture, layers: [[busybox, ...links]], config });
      const path = join(dir, `test-image-${index}.tar`);
      await writeFile(path, archiveOf(image, name));
      return path;
    }),
  );
}

async function findBusybox(): Promise<string> {
  const { programDirs, isExecutable } = thisMachine();
  for (const dir of programDirs) {
    const path = join(dir, 'busybox');
    if (await isExecutable(path)) return path;
  }
  throw new Error('there is no busybox');
}
