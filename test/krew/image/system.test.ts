import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DebianPackage, PackagedFile } from '../../../krew/image/debian.ts';
import { systemEntries } from '../../../krew/image/system.ts';
import type { TarEntry } from '../../../krew/image/tar-entries.ts';
import { makeElf } from './make-elf.ts';

const INTERPRETER = '/lib64/ld-linux-x86-64.so.2';
const LIB = 'lib/x86_64-linux-gnu';
const LICENCE = Buffer.from('licence of Node');

const library = (...needed: string[]): PackagedFile => ({ content: makeElf({ needed }) });
const text = (content: string): PackagedFile => ({ content: Buffer.from(content) });

const debianPackage = (name: string, files: Record<string, PackagedFile>): DebianPackage => ({
  name,
  control: `Package: ${name}\n`,
  files: new Map(Object.entries(files)),
});

/** As in Debian: a library under a longer name, and documents in another package. */
const PACKAGES = [
  debianPackage('base-files', {
    'usr/lib/os-release': text('ID=debian\n'),
    'usr/share/common-licenses/GPL-3': text('GPL'),
    'usr/share/common-licenses/GPL': { target: 'GPL-3' },
    'usr/share/doc/base-files/copyright': text('copyright of base-files'),
    'bin/of-no-use': text(''),
  }),
  debianPackage('libc6', {
    [`${LIB}/ld-linux-x86-64.so.2`]: library(),
    [`${LIB}/libc.so.6`]: library('ld-linux-x86-64.so.2'),
    [`${LIB}/libm.so.6`]: library('libc.so.6'),
    [`${LIB}/librt.so.1`]: library('libc.so.6'),
    'lib64/ld-linux-x86-64.so.2': { target: `/${LIB}/ld-linux-x86-64.so.2` },
    'usr/share/doc/libc6/copyright': text('copyright of libc6'),
  }),
  debianPackage('libstdc++6', {
    [`usr/${LIB}/libstdc++.so.6.0.30`]: library('libm.so.6', 'libc.so.6'),
    [`usr/${LIB}/libstdc++.so.6`]: { target: 'libstdc++.so.6.0.30' },
    'usr/share/doc/libstdc++6': { target: 'gcc-12-base' },
  }),
  debianPackage('gcc-12-base', { 'usr/share/doc/gcc-12-base/copyright': text('copyright of gcc') }),
];

const fetchPackages = async (names: readonly string[]) =>
  names.map((name) => {
    const found = PACKAGES.find((each) => each.name === name);
    assert.ok(found, `no package ${name}`);
    return found;
  });

const entriesFor = async (...needed: string[]) =>
  systemEntries({ node: makeElf({ interpreter: INTERPRETER, needed }), licence: LICENCE }, fetchPackages);
const content = (entries: readonly TarEntry[], path: string) => {
  const entry = entries.find((each) => each.path === path);
  return entry?.type === 'File' ? String(Buffer.from(entry.content)) : undefined;
};

describe('the system of an image', () => {
  it('has the libraries that Node links, directly or not, and no others', async () => {
    const entries = await entriesFor('libstdc++.so.6');
    const programs = entries.filter((entry) => entry.type === 'File' && entry.mode === 0o755);
    assert.deepEqual(
      programs.map(({ path }) => path),
      [
        `${LIB}/libc.so.6`,
        `${LIB}/libm.so.6`,
        'lib64/ld-linux-x86-64.so.2',
        'usr/lib/x86_64-linux-gnu/libstdc++.so.6',
        'usr/local/bin/node',
      ],
    );
    assert.equal(
      entries.every((entry) => entry.type !== 'File' || entry.content.length > 0),
      true,
    );
  });

  it('has the licence of everything in it, and records the packages', async () => {
    const entries = await entriesFor('libstdc++.so.6');
    assert.equal(content(entries, 'usr/share/doc/node/LICENSE'), 'licence of Node');
    assert.equal(content(entries, 'usr/share/doc/libc6/copyright'), 'copyright of libc6');
    assert.equal(content(entries, 'usr/share/doc/libstdc++6/copyright'), 'copyright of gcc');
    assert.equal(content(entries, 'usr/share/common-licenses/GPL-3'), 'GPL');
    assert.equal(content(entries, 'var/lib/dpkg/status.d/libstdc++6'), 'Package: libstdc++6\n');
    assert.equal(content(entries, 'usr/lib/os-release'), 'ID=debian\n');
  });

  it('is refused when Node links a library that no known package has', async () => {
    await assert.rejects(entriesFor('libnew.so.1'), /Node links libnew\.so\.1/);
  });
});
