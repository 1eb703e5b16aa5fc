import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { filesUnder } from './files.ts';
import { bundledPackages, type PackageLicence } from './licences.ts';

/** Licences from the repositories of packages whose tarball has none. */
const OWN_TEXTS = join(import.meta.dirname, 'licence-texts');

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  repository: z.optional(z.union([z.string(), z.object({ url: z.string() })])),
});

interface Found extends PackageLicence {
  repository: string;
}

/**
 * The licences of all packages that the bundle in a folder contains. A package without a text of its own has that of
 * its neighbours, if they come from the same repository under the same licence.
 *
 * @param bundleDir holds esbuild's output
 * @param root holds the node_modules that it was made from
 * @throws Error naming the packages that have no licence text, and when the bundle does not say what is in it
 */
export async function readBundledLicences(bundleDir: string, root: string): Promise<PackageLicence[]> {
  const folders = new Set<string>();
  for (const name of await filesUnder(bundleDir)) {
    for (const folder of bundledPackages(await readFile(join(bundleDir, name), 'utf8'))) folders.add(folder);
  }
  if (folders.size === 0)
    throw new Error(`${bundleDir} does not tell which packages it contains: is it minified?`);

  const found = await Promise.all([...folders].sort().map((folder) => readLicence(join(root, folder))));
  const complete = found.map((each) => ({ ...each, text: each.text || textOfNeighbour(each, found) }));
  const without = complete.filter(({ text }) => text === '').map(({ name, version }) => `${name} ${version}`);
  if (without.length > 0) throw new Error(`no licence text: ${without.join(', ')}; put it into ${OWN_TEXTS}`);
  return complete.map(({ name, version, licence, text }) => ({ name, version, licence, text }));
}

async function readLicence(dir: string): Promise<Found> {
  const manifest = Manifest.parse(JSON.parse(await readFile(join(dir, 'package.json'), 'utf8')));
  const { name, version, license: licence, repository = '' } = manifest;
  const files = (await readdir(dir)).filter((file) => LICENCE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(dir, file), 'utf8')));
  const text = texts.length > 0 ? texts.map((each) => each.trim()).join('\n\n') : await ownText(name);
  return {
    name,
    version,
    licence,
    text,
    repository: typeof repository === 'string' ? repository : repository.url,
  };
}

async function ownText(name: string): Promise<string> {
  return readFile(join(OWN_TEXTS, `${name.replaceAll('/', '-')}.txt`), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

function textOfNeighbour({ repository, licence }: Found, all: readonly Found[]): string {
  const neighbour = all.find(
    (each) =>
      each.text !== '' && each.licence === licence && repository !== '' && each.repository === repository,
  );
  return neighbour?.text ?? '';
}
