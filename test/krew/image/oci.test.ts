import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { archiveOf, buildImage, type ImageSpec, multiPlatformArchive } from '../../../krew/image/oci.ts';
import { type Member, membersOf } from './members.ts';

const NAME = 'localhost/app:1.2';
const SPEC: ImageSpec = {
  architecture: 'amd64',
  layers: [
    [
      { type: 'File', path: 'bin/app', mode: 0o755, content: Buffer.from('the program') },
      { type: 'SymbolicLink', path: 'bin/link', target: 'app' },
    ],
    [{ type: 'File', path: 'etc/app/config', mode: 0o644, content: Buffer.from('x'.repeat(1_000)) }],
  ],
  config: { User: '65532:65532', Entrypoint: ['/bin/app'] },
};

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const parsed = (members: ReadonlyMap<string, Member>, path: string) =>
  JSON.parse(String(members.get(path)?.content));
const blob = (members: ReadonlyMap<string, Member>, digest: string) => {
  const member = members.get(`blobs/${digest.replace(':', '/')}`);
  assert.ok(member, digest);
  return member.content;
};

describe('an image', () => {
  it('has the same digest and the same archive whenever it is built', async () => {
    const [one, two] = [await buildImage(SPEC), await buildImage(structuredClone(SPEC))];
    assert.equal(one.digest, two.digest);
    assert.deepEqual(archiveOf(one, NAME), archiveOf(two, NAME));
  });

  it('is an image layout in which every blob is named by its content', async () => {
    const image = await buildImage(SPEC);
    const members = await membersOf(archiveOf(image, NAME));
    assert.deepEqual(parsed(members, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
    for (const [path, { content, type }] of members) {
      if (path.startsWith('blobs/') && type === 'File') assert.equal(path, `blobs/sha256/${sha256(content)}`);
    }
    const [entry] = parsed(members, 'index.json').manifests;
    assert.equal(entry.digest, image.digest);
    assert.equal(entry.annotations['io.containerd.image.name'], NAME);
    assert.equal(entry.annotations['org.opencontainers.image.ref.name'], '1.2');

    const manifest = JSON.parse(String(blob(members, entry.digest)));
    const config = JSON.parse(String(blob(members, manifest.config.digest)));
    assert.deepEqual([config.os, config.architecture], ['linux', 'amd64']);
    assert.deepEqual(config.config, SPEC.config);
    const layers: Buffer[] = manifest.layers.map(({ digest }: { digest: string }) => blob(members, digest));
    assert.deepEqual(
      config.rootfs.diff_ids,
      layers.map((layer) => `sha256:${sha256(gunzipSync(layer))}`),
    );
  });

  it('has layers in which everything belongs to root, below folders that are there', async () => {
    const { layers } = await buildImage(SPEC);
    const [first, second] = await Promise.all(layers.map(({ content }) => membersOf(gunzipSync(content))));
    assert.deepEqual(
      [...(first ?? [])].map(([path, { type, mode, uid, gid }]) => [path, type, mode, uid, gid]),
      [
        ['bin/', 'Directory', 0o755, 0, 0],
        ['bin/app', 'File', 0o755, 0, 0],
        ['bin/link', 'SymbolicLink', 0o777, 0, 0],
      ],
    );
    assert.equal(first?.get('bin/link')?.target, 'app');
    assert.deepEqual([...(second ?? new Map()).keys()], ['etc/', 'etc/app/', 'etc/app/config']);
    assert.equal(second?.get('etc/app/config')?.content.length, 1_000);
  });

  it('is read by Docker from the manifest of its own', async () => {
    const image = await buildImage(SPEC);
    const members = await membersOf(archiveOf(image, NAME));
    const [docker] = parsed(members, 'manifest.json');
    assert.deepEqual(docker.RepoTags, [NAME]);
    for (const path of [docker.Config, ...docker.Layers]) assert.ok(members.has(path), path);
  });

  it('stands beside those of other platforms under one name', async () => {
    const images = [await buildImage(SPEC), await buildImage({ ...SPEC, architecture: 'arm64' })];
    const { archive, digest } = multiPlatformArchive(images, NAME);
    const members = await membersOf(archive);
    const { manifests } = parsed(members, 'index.json');
    assert.deepEqual(
      manifests.map((entry: { digest: string }) => entry.digest),
      [digest],
    );
    const index = JSON.parse(String(blob(members, digest)));
    assert.deepEqual(
      index.manifests.map((entry: { platform: { architecture: string } }) => entry.platform.architecture),
      ['amd64', 'arm64'],
    );
    assert.deepEqual(
      index.manifests.map((entry: { digest: string }) => entry.digest),
      images.map((image) => image.digest),
    );
  });
});
