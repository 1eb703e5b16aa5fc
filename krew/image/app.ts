import { chmod, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesUnder } from '../package/files.ts';
import { thirdPartyLicences } from '../package/licences.ts';
import type { RootPackage } from '../package/npm-package.ts';
import { readBundledLicences } from '../package/read-licences.ts';
import type { TarEntry } from './tar-entries.ts';

/** The folder of the webhook in an image. */
export const APP_DIR = 'app';

/** How a container starts, in `APP_DIR`. */
export const ENTRYPOINT = ['node', 'dist/webhook/index.js'];

/**
 * Writes the webhook's files, which need only Node: the bundle, and the licences of what is in it. An image on another
 * base has the same.
 *
 * @param dir does not exist yet, or is empty
 * @param root the repository, with a built bundle
 * @throws Error when the bundle has not been built, or a licence is missing
 */
export async function stageApp(
  dir: string,
  { root, manifest }: { root: string; manifest: RootPackage },
): Promise<void> {
  const bundle = join(root, 'dist', 'webhook');
  const licences = await readBundledLicences(bundle, root);
  await mkdir(join(dir, 'dist'), { recursive: true });
  await cp(bundle, join(dir, 'dist', 'webhook'), { recursive: true });
  await copyFile(join(root, 'LICENSE'), join(dir, 'LICENSE'));
  await writeFile(join(dir, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicences(licences));
  const { name, version, license } = manifest;
  const described = { name: `${name}-webhook`, version, license, private: true, type: 'module' };
  await writeFile(join(dir, 'package.json'), `${JSON.stringify(described, null, 2)}\n`);
  for (const file of await filesUnder(dir)) await chmod(join(dir, file), 0o644);
}

/** The staged files as entries of an image. */
export async function appEntries(dir: string): Promise<TarEntry[]> {
  return Promise.all(
    (await filesUnder(dir)).map(
      async (name): Promise<TarEntry> => ({
        type: 'File',
        path: `${APP_DIR}/${name}`,
        mode: 0o644,
        content: await readFile(join(dir, name)),
      }),
    ),
  );
}
