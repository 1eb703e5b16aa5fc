import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { imageFileName, localName } from '../../krew/image/webhook-image.ts';
import { readRootPackage } from '../../krew/package/npm-package.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Where the webhook's images are built for the suites on real nodes. */
export const IMAGES_DIR = join(ROOT, 'dist', 'image');

/** The Debian packages that they were built from. */
export const PACKAGES_DIR = join(ROOT, 'dist', 'image-packages');

/** Builds the webhook's images from the bundle in dist/; this needs a network, unless it was done before. */
export async function buildWebhookImages(): Promise<void> {
  const script = join(ROOT, 'krew', 'image.ts');
  await promisify(execFile)(process.execPath, [script, '--out', IMAGES_DIR, '--packages', PACKAGES_DIR]);
}

/** The image for the nodes of this machine: its archive, and the name that it has in there. */
export async function webhookImage(): Promise<{ archive: string; name: string }> {
  const { version } = await readRootPackage(ROOT);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  return {
    archive: join(IMAGES_DIR, imageFileName(version, `linux_${architecture}`)),
    name: localName(version),
  };
}
