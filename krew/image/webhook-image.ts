import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RUNTIMES } from '../executables/pins.ts';
import { findRuntime } from '../executables/runtimes.ts';
import type { RootPackage } from '../package/npm-package.ts';
import { APP_DIR, appEntries, ENTRYPOINT, stageApp } from './app.ts';
import { debianPackages } from './debian.ts';
import {
  archiveOf,
  buildImage,
  type Image,
  type ImageSpec,
  multiPlatformArchive,
  type RunConfig,
} from './oci.ts';
import { systemEntries, USER } from './system.ts';

export type Architecture = ImageSpec['architecture'];

export const ARCHITECTURES: readonly Architecture[] = ['amd64', 'arm64'];

/** The Node of an image is that of the executables. */
const NODES = { amd64: RUNTIMES.linuxX64, arm64: RUNTIMES.linuxArm64 };

/** The name of the webhook's image, before it is pushed anywhere. */
export function localName(version: string): string {
  return `localhost/kubectl-zone-webhook:${version}`;
}

export interface ImageBuild {
  /** The repository's root; its bundle has been built. */
  root: string;
  manifest: RootPackage;
  architectures: readonly Architecture[];
  /** The folder for the archives. */
  out: string;
  /** The name of the image in the archives, with registry and tag; `localName` by default. */
  name?: string | undefined;
  /** A folder for Debian packages: those in it are not downloaded. By default they are downloaded, and not kept. */
  packagesDir?: string | undefined;
  /** Reads XDG_CACHE_HOME; npm's and apt's environment. */
  env: NodeJS.ProcessEnv;
}

/** A file with an image. */
export interface ImageFile {
  /** In the folder given. */
  name: string;
  /** What a registry knows the image by: the digest of the manifest, or of the index where there are several. */
  digest: string;
  sizeBytes: number;
}

/**
 * Builds the webhook's image without a container engine, and writes an archive for each platform and one for all of
 * them. It consists of Node from its npm package, the libraries that Node links from Debian packages of the machine's
 * release, and the bundle. The same commit, `node_modules` and packages give the same bytes.
 *
 * @throws Error when the bundle has not been built, or Node or a package cannot be downloaded
 */
export async function buildImageFiles(build: ImageBuild): Promise<ImageFile[]> {
  const { root, manifest, architectures, out, env } = build;
  const { version } = manifest;
  const work = await mkdtemp(join(tmpdir(), 'kubectl-zone-image-'));
  try {
    const packagesDir = resolve(build.packagesDir ?? join(work, 'packages'));
    await mkdir(packagesDir, { recursive: true });
    const staged = join(work, 'app');
    await stageApp(staged, { root, manifest });
    const app = await appEntries(staged);
    const images = await Promise.all(
      architectures.map(async (architecture) => {
        const runtime = await readRuntime(architecture, join(root, 'node_modules'), env);
        const system = await systemEntries(runtime, debianPackages({ architecture, dir: packagesDir, env }));
        return buildImage({ architecture, layers: [system, app], config: runConfig(manifest) });
      }),
    );
    return await writeImages(images, { out, name: build.name ?? localName(version), version });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function readRuntime(architecture: Architecture, nodeModules: string, env: NodeJS.ProcessEnv) {
  const pin = NODES[architecture];
  const node = await readFile(join(await findRuntime(pin, nodeModules, env), pin.program));
  // Not all packages with Node contain its licence, which is the same for all platforms.
  const licence = await readFile(join(await findRuntime(NODES.amd64, nodeModules, env), 'LICENSE'));
  return { node, licence };
}

function runConfig({ version, license, description, homepage }: RootPackage): RunConfig {
  return {
    User: `${USER}:${USER}`,
    Env: ['PATH=/usr/local/bin', 'NODE_ENV=production'],
    Entrypoint: ENTRYPOINT,
    WorkingDir: `/${APP_DIR}`,
    ExposedPorts: { '8443/tcp': {}, '8080/tcp': {} },
    Labels: {
      'org.opencontainers.image.title': 'kubectl-zone-webhook',
      'org.opencontainers.image.description': description,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': license,
      ...(homepage === undefined ? {} : { 'org.opencontainers.image.source': homepage }),
    },
  };
}

async function writeImages(
  images: readonly Image[],
  { out, name, version }: { out: string; name: string; version: string },
): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  const write = async (file: string, archive: Buffer, digest: string) => {
    await writeFile(join(out, file), archive);
    files.push({ name: file, digest, sizeBytes: archive.length });
  };
  for (const image of images) {
    await write(imageFileName(version, `linux_${image.architecture}`), archiveOf(image, name), image.digest);
  }
  if (images.length > 1) {
    const { archive, digest } = multiPlatformArchive(images, name);
    await write(imageFileName(version, 'linux'), archive, digest);
  }
  return files;
}

/** @param platform such as `linux_amd64`; `linux` for the archive of all */
export function imageFileName(version: string, platform: string): string {
  return `kubectl-zone-webhook_v${version}_${platform}.tar`;
}
