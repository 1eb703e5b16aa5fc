import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bundledPackages, type PackageLicence, thirdPartyLicences } from '../../../krew/package/licences.ts';

const licence = (name: string, more: Partial<PackageLicence> = {}): PackageLicence => ({
  name,
  version: '1.0.0',
  licence: 'MIT',
  text: `words of ${name}`,
  ...more,
});

describe('packages in a bundle', () => {
  it('are found by the comments that name their modules, scoped and nested ones too', () => {
    const code = [
      '// node_modules/yargs/build/lib/yargs-factory.js',
      'var a = "node_modules/not-this/one";',
      '// node_modules/@scope/one/node_modules/two/index.js',
      '  // ../elsewhere/node_modules/@scope/three/dist/index.js',
      '// plugin/main.ts',
    ].join('\n');
    assert.deepEqual(
      [...bundledPackages(code)],
      ['node_modules/yargs', 'node_modules/@scope/one/node_modules/two', 'node_modules/@scope/three'],
    );
  });
});

describe('third-party licences', () => {
  it('name every package with its version and licence, sorted, beside its words', () => {
    const text = thirdPartyLicences([licence('zebra'), licence('ant', { licence: 'ISC' })]);
    assert.match(
      text,
      /ant 1\.0\.0 \(ISC\)\n-+\nwords of ant\n[\s\S]*zebra 1\.0\.0 \(MIT\)\n-+\nwords of zebra\n/,
    );
  });

  it('give the same words once, and a package that is there twice once', () => {
    const text = 'the same';
    const all = thirdPartyLicences([licence('a', { text }), licence('b', { text }), licence('b', { text })]);
    assert.match(all, /=\na 1\.0\.0 \(MIT\)\nb 1\.0\.0 \(MIT\)\n-+\nthe same\n$/);
  });

  it('have Node’s where a release contains Node', () => {
    assert.match(thirdPartyLicences([], 'as Node has it'), /\nNode\.js\n-+\nas Node has it\n/);
    assert.doesNotMatch(thirdPartyLicences([licence('a')]), /Node\.js/);
  });

  it('refuse a licence that nobody has agreed to', () => {
    assert.throws(
      () => thirdPartyLicences([licence('a', { licence: 'AGPL-3.0' })]),
      /a 1\.0\.0 has the licence AGPL-3\.0/,
    );
  });
});
