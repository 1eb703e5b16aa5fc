import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import * as yaml from 'js-yaml';
import * as z from 'zod/mini';
import { archiveName, archivesIn, downloadsUrlOf, krewManifest, type Release } from '../../krew/manifest.ts';

const Selector = z.object({
  matchLabels: z.optional(z.record(z.string(), z.string())),
  matchExpressions: z.optional(z.array(z.object({ key: z.string(), values: z.array(z.string()) }))),
});
const Manifest = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    version: z.string(),
    homepage: z.string(),
    shortDescription: z.string(),
    caveats: z.string(),
    platforms: z.array(
      z.object({ selector: Selector, uri: z.string(), sha256: z.string(), bin: z.string() }),
    ),
  }),
});

const SUM = { amd64: 'a'.repeat(64), arm64: 'b'.repeat(64), javascript: 'c'.repeat(64) };

const release: Release = {
  version: '1.2.3',
  homepage: 'https://kubectl-zone.example',
  downloadsUrl: 'https://downloads.example/v1.2.3',
  checksums: new Map([
    ['kubectl-zone_v1.2.3_linux_amd64.tar.gz', SUM.amd64],
    ['kubectl-zone_v1.2.3_linux_arm64.tar.gz', SUM.arm64],
    ['kubectl-zone_v1.2.3_javascript.tar.gz', SUM.javascript],
  ]),
};

describe('the krew manifest', () => {
  let template: string;
  before(async () => {
    const path = join(import.meta.dirname, '..', '..', 'krew', 'zone.yaml.template');
    template = await readFile(path, 'utf8');
  });

  const filledIn = () => Manifest.parse(yaml.load(krewManifest(template, release)));

  it('names the version as krew wants it, and leaves no placeholder', () => {
    const { metadata, spec } = filledIn();
    assert.equal(metadata.name, 'zone');
    assert.equal(spec.version, 'v1.2.3');
    assert.equal(spec.homepage, 'https://kubectl-zone.example');
    assert.doesNotMatch(krewManifest(template, release), /\{\{/);
  });

  it('gives each platform its archive', () => {
    const platforms = filledIn().spec.platforms.map(({ uri, sha256, bin }) => ({ uri, sha256, bin }));
    const at = (variant: string) => `https://downloads.example/v1.2.3/kubectl-zone_v1.2.3_${variant}.tar.gz`;
    assert.deepEqual(platforms, [
      { uri: at('linux_amd64'), sha256: SUM.amd64, bin: 'kubectl-zone' },
      { uri: at('linux_arm64'), sha256: SUM.arm64, bin: 'kubectl-zone' },
      { uri: at('javascript'), sha256: SUM.javascript, bin: 'plugin/kubectl-zone' },
    ]);
  });

  it('installs no executable that nobody has run', () => {
    assert.doesNotMatch(krewManifest(template, release), /_untried|_darwin_|_windows_/);
    assert.match(filledIn().spec.caveats, /macOS: .*Node 22\.18/);
  });

  it('has a tagline that fits a line of `kubectl krew search`', () => {
    assert.ok(filledIn().spec.shortDescription.length <= 50);
  });

  it('asks for the archives that a release must have', () => {
    assert.deepEqual(archivesIn(template, '1.2.3'), [...release.checksums.keys()]);
  });

  it('is not made when an archive is missing', () => {
    const checksums = new Map([...release.checksums].slice(1));
    assert.throws(
      () => krewManifest(template, { ...release, checksums }),
      /the release has no kubectl-zone_v1\.2\.3_linux_amd64\.tar\.gz/,
    );
  });

  it('is not made from a checksum that is none', () => {
    const checksums = new Map(release.checksums).set(archiveName('1.2.3', 'javascript'), 'ABC');
    assert.throws(() => krewManifest(template, { ...release, checksums }), /not a SHA-256.*javascript.*ABC/);
  });
});

describe('krewManifest', () => {
  it('refuses a placeholder that it does not know', () => {
    for (const placeholder of ['{{owner}}', '{{size linux_amd64}}', '{{constructor}}']) {
      assert.throws(() => krewManifest(placeholder, release), {
        message: new RegExp(`template: ${placeholder}`),
      });
    }
  });

  it('refuses a version that krew cannot compare', () => {
    for (const version of ['v1.2.3', '1.2', '', '1.2.3"']) {
      assert.throws(() => krewManifest('', { ...release, version }), /not a semantic version/);
    }
    assert.equal(krewManifest('{{version}}', { ...release, version: '1.2.3-rc.1' }), '1.2.3-rc.1');
  });

  it('refuses an address that krew cannot fetch from, or that would end a YAML string', () => {
    for (const url of [
      '',
      'downloads.example',
      'file:///tmp',
      'https://downloads.example/"',
      'https://a b',
    ]) {
      assert.throws(() => krewManifest('', { ...release, downloadsUrl: url }), /not an HTTP address/);
      assert.throws(() => krewManifest('', { ...release, homepage: url }), /not an HTTP address/);
    }
  });
});

describe('downloadsUrlOf', () => {
  it("is the folder of a version's files, whether or not the homepage ends with a slash", () => {
    for (const homepage of ['https://host.example/owner/name', 'https://host.example/owner/name/']) {
      assert.equal(
        downloadsUrlOf(homepage, '1.2.3'),
        'https://host.example/owner/name/releases/download/v1.2.3',
      );
    }
  });
});
