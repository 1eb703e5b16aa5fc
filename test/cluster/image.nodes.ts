import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { imageFileName } from '../../krew/image/webhook-image.ts';
import { readRootPackage } from '../../krew/package/npm-package.ts';
import { type Member, membersOf } from '../krew/image/members.ts';
import { IMAGES_DIR, PACKAGES_DIR } from '../nodes/webhook-images.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const SCRIPT = join(ROOT, 'krew', 'image.ts');
const MAX_BYTES = 60e6;
const LOADERS = { amd64: 'ld-linux-x86-64.so.2', arm64: 'ld-linux-aarch64.so.1' };
const LIBRARIES = [
  'libc.so.6',
  'libdl.so.2',
  'libgcc_s.so.1',
  'libm.so.6',
  'libpthread.so.0',
  'libstdc++.so.6',
];

const inspectedSchema = z.object({ Digest: z.string(), Architecture: z.string(), Os: z.string() });
const layersSchema = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) }));
const configSchema = z.object({
  config: z.object({ User: z.string(), Entrypoint: z.array(z.string()), WorkingDir: z.string() }),
});

/** The image that `test/nodes/run.ts` has built, with a network, before this process was started without one. */
describe('the webhook’s image', () => {
  let work: string;
  let version: string;

  const archive = (platform: string) => join(IMAGES_DIR, imageFileName(version, platform));
  const skopeo = async (...args: string[]) =>
    (await run('skopeo', ['--insecure-policy', ...args], { maxBuffer: 64e6 })).stdout;
  const inspect = async (reference: string) =>
    inspectedSchema.parse(JSON.parse(await skopeo('inspect', reference)));
  const read = async (platform: string) => {
    const members = await membersOf(await readFile(archive(platform)));
    const contentOf = (path: string) => members.get(path)?.content ?? Buffer.alloc(0);
    const [docker] = layersSchema.parse(JSON.parse(String(contentOf('manifest.json'))));
    assert.ok(docker);
    const files = new Map<string, Member>();
    for (const layer of docker.Layers) {
      for (const [path, member] of await membersOf(gunzipSync(contentOf(layer)))) files.set(path, member);
    }
    return { files, config: configSchema.parse(JSON.parse(String(contentOf(docker.Config)))).config };
  };

  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'image-test-'));
    ({ version } = await readRootPackage(ROOT));
  });
  after(() => rm(work, { recursive: true, force: true }));

  it('has the same digest when it is built again', async () => {
    const { Digest } = await inspect(`oci-archive:${archive('linux_amd64')}`);
    const args = [SCRIPT, '--only', 'amd64', '--packages', PACKAGES_DIR, '--out', work];
    const { stdout } = await run(process.execPath, args);
    assert.match(stdout, new RegExp(` ${Digest} `));
    assert.ok(
      (await readFile(join(work, imageFileName(version, 'linux_amd64')))).equals(
        await readFile(archive('linux_amd64')),
      ),
    );
  });

  for (const architecture of ['amd64', 'arm64'] as const) {
    it(`is read by skopeo in both of its forms, for ${architecture}`, async () => {
      const path = archive(`linux_${architecture}`);
      for (const form of ['oci-archive', 'docker-archive']) {
        const inspected = await inspect(`${form}:${path}`);
        assert.deepEqual([inspected.Os, inspected.Architecture], ['linux', architecture]);
        await skopeo('copy', '--quiet', `${form}:${path}`, `dir:${join(work, `${form}-${architecture}`)}`);
      }
      assert.ok((await readFile(path)).length <= MAX_BYTES);
    });

    it(`has no shell, and of programs only Node and what it links, for ${architecture}`, async () => {
      const { files, config } = await read(`linux_${architecture}`);
      const isProgram = ([, { type, mode = 0 }]: [string, Member]) => type === 'File' && (mode & 0o111) !== 0;
      assert.deepEqual(
        [...files]
          .filter(isProgram)
          .map(([path]) => basename(path))
          .sort(),
        [LOADERS[architecture], ...LIBRARIES, 'node'],
      );
      for (const [path, { type, uid, gid, mode = 0 }] of files) {
        const writableByOthers = type !== 'SymbolicLink' && (mode & 0o7022) !== 0;
        assert.deepEqual([uid, gid, writableByOthers], [0, 0, false], path);
      }
      assert.deepEqual(config, {
        ...config,
        User: '65532:65532',
        WorkingDir: '/app',
        Entrypoint: ['node', 'dist/webhook/index.js'],
      });
    });

    it(`has the licences of all that is in it, for ${architecture}`, async () => {
      const { files } = await read(`linux_${architecture}`);
      const text = (path: string) => String(files.get(path)?.content ?? '');
      assert.match(text('app/LICENSE'), /Apache License/);
      assert.match(text('app/THIRD-PARTY-LICENSES.txt'), /\nhono \d/);
      assert.match(text('usr/share/doc/node/LICENSE'), /Node\.js is licensed/);
      for (const name of ['libc6', 'libstdc++6', 'libgcc-s1']) {
        assert.ok(text(`usr/share/doc/${name}/copyright`).length > 100, name);
        assert.match(
          text(`var/lib/dpkg/status.d/${name}`),
          new RegExp(`^Architecture: ${architecture}$`, 'm'),
        );
      }
    });
  }

  it('stands for both platforms under one digest', async () => {
    const to = join(work, 'all');
    await skopeo('copy', '--quiet', '--all', `oci-archive:${archive('linux')}`, `dir:${to}`);
    const index = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8'));
    const platforms = index.manifests.map(({ platform }: { platform: object }) => platform);
    assert.deepEqual(platforms, [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ]);
  });
});
