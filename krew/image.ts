/**
 * `npm run image`: builds the webhook's image for linux/amd64 and linux/arm64 into dist/image/, from the bundle in dist/,
 * and prints files, digests and sizes.
 *
 *   --only amd64|arm64   one platform
 *   --name NAME          the image's name, with registry and tag
 *   --out FOLDER         a folder to write to
 *   --packages FOLDER    keeps the Debian packages there; those that are there are used, instead of the latest
 *   --tree FOLDER        only writes the webhook's own files, for an image on another base
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stageApp } from './image/app.ts';
import { ARCHITECTURES, buildImageFiles } from './image/webhook-image.ts';
import { readRootPackage } from './package/npm-package.ts';

const ROOT = join(import.meta.dirname, '..');

try {
  await image(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function image(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      name: { type: 'string' },
      out: { type: 'string', default: join(ROOT, 'dist', 'image') },
      packages: { type: 'string' },
      tree: { type: 'string' },
    },
  });
  const manifest = await readRootPackage(ROOT);
  if (values.tree !== undefined) {
    await stageApp(resolve(values.tree), { root: ROOT, manifest });
    return;
  }
  const architectures = ARCHITECTURES.filter((each) => values.only === undefined || each === values.only);
  if (architectures.length === 0)
    throw new Error(`--only ${values.only}: not one of ${ARCHITECTURES.join(', ')}`);
  const out = resolve(values.out);
  await mkdir(out, { recursive: true });
  const files = await buildImageFiles({
    root: ROOT,
    manifest,
    architectures,
    out,
    name: values.name,
    packagesDir: values.packages,
    env: process.env,
  });
  for (const { name, digest, sizeBytes } of files) {
    process.stdout.write(`${join(out, name)}  ${digest}  ${(sizeBytes / 1e6).toFixed(1)} MB\n`);
  }
}
