import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { foldersOf, type TarEntry, tarOf } from './tar-entries.ts';

/** npm's fixed date. The date of a build would make every image different. */
export const IMAGE_DATE = new Date('1985-10-26T08:15:00.000Z');

/** How a container of an image runs, as https://github.com/opencontainers/image-spec/blob/main/config.md has it. */
export interface RunConfig {
  User?: string;
  Env?: readonly string[];
  Entrypoint?: readonly string[];
  Cmd?: readonly string[];
  WorkingDir?: string;
  ExposedPorts?: Readonly<Record<string, object>>;
  Labels?: Readonly<Record<string, string>>;
}

export interface ImageSpec {
  architecture: 'amd64' | 'arm64';
  /** Lowest first. The folders above the paths are added. */
  layers: readonly (readonly TarEntry[])[];
  config: RunConfig;
}

/** A file of an image layout, addressed by what it contains. */
interface Blob {
  /** `sha256:` and the hash in hexadecimal. */
  digest: string;
  content: Buffer;
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Readonly<Record<string, string>>;
  platform?: { os: string; architecture: string };
}

/** An image for one platform. */
export interface Image {
  /** Of its manifest, `sha256:…`: what a registry knows it by. */
  digest: string;
  architecture: ImageSpec['architecture'];
  /** What a registry stores and a node downloads. */
  sizeBytes: number;
  manifest: Descriptor;
  config: Blob;
  layers: readonly Blob[];
  blobs: readonly Blob[];
}

const OCI = 'application/vnd.oci.image';

/** Builds an image; the same input always gives the same bytes. */
export async function buildImage({ architecture, layers, config }: ImageSpec): Promise<Image> {
  const tars = layers.map((entries) =>
    tarOf([...foldersOf(entries.map(({ path }) => path)), ...entries], IMAGE_DATE),
  );
  const packed = await Promise.all(tars.map(async (tar) => blobOf(await promisify(gzip)(tar, { level: 9 }))));
  const configuration = jsonBlob({
    created: IMAGE_DATE.toISOString(),
    architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: tars.map((tar) => blobOf(tar).digest) },
  });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: descriptorOf(configuration, `${OCI}.config.v1+json`),
    layers: packed.map((layer) => descriptorOf(layer, `${OCI}.layer.v1.tar+gzip`)),
  });
  return {
    digest: manifest.digest,
    architecture,
    sizeBytes: [configuration, ...packed].reduce((sum, { content }) => sum + content.length, 0),
    manifest: {
      ...descriptorOf(manifest, `${OCI}.manifest.v1+json`),
      platform: { os: 'linux', architecture },
    },
    config: configuration,
    layers: packed,
    blobs: [manifest, configuration, ...packed],
  };
}

/**
 * An archive with one image, for `ctr images import`, `skopeo copy` and `docker load`.
 *
 * @param name with registry and tag, such as `docker.io/library/app:1`
 */
export function archiveOf(image: Image, name: string): Buffer {
  // What Docker without containerd's store reads.
  const docker = [
    {
      Config: blobPath(image.config),
      RepoTags: [name],
      Layers: image.layers.map(blobPath),
    },
  ];
  return layoutArchive([named(image.manifest, name)], image.blobs, [
    { type: 'File', path: 'manifest.json', mode: 0o644, content: Buffer.from(JSON.stringify(docker)) },
  ]);
}

/** An archive with the images for several platforms under one name, for `ctr images import` and `skopeo copy --all`. */
export function multiPlatformArchive(
  images: readonly Image[],
  name: string,
): { archive: Buffer; digest: string } {
  const index = jsonBlob({
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: images.map(({ manifest }) => manifest),
  });
  const blobs = [index, ...images.flatMap((image) => image.blobs)];
  const entry = named(descriptorOf(index, `${OCI}.index.v1+json`), name);
  return { archive: layoutArchive([entry], blobs), digest: index.digest };
}

/** https://github.com/opencontainers/image-spec/blob/main/image-layout.md, in a tar. */
function layoutArchive(
  manifests: readonly Descriptor[],
  blobs: readonly Blob[],
  others: readonly TarEntry[] = [],
): Buffer {
  const json = (path: string, value: object): TarEntry => ({
    type: 'File',
    path,
    mode: 0o644,
    content: Buffer.from(JSON.stringify(value)),
  });
  const unique = new Map(blobs.map((blob) => [blobPath(blob), blob.content]));
  const files = [...unique].map(
    ([path, content]): TarEntry => ({ type: 'File', path, mode: 0o644, content }),
  );
  return tarOf(
    [
      json('oci-layout', { imageLayoutVersion: '1.0.0' }),
      json('index.json', { schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests }),
      ...others,
      ...foldersOf([...unique.keys()]),
      ...files,
    ],
    IMAGE_DATE,
  );
}

/** containerd reads the first annotation, others the second. */
function named(descriptor: Descriptor, name: string): Descriptor {
  const tag = name.slice(name.lastIndexOf(':') + 1);
  return {
    ...descriptor,
    annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag },
  };
}

function descriptorOf({ digest, content }: Blob, mediaType: string): Descriptor {
  return { mediaType, digest, size: content.length };
}

function jsonBlob(value: object): Blob {
  return blobOf(Buffer.from(JSON.stringify(value)));
}

function blobOf(content: Buffer): Blob {
  return { digest: `sha256:${createHash('sha256').update(content).digest('hex')}`, content };
}

function blobPath({ digest }: Blob): string {
  return `blobs/${digest.replace(':', '/')}`;
}
