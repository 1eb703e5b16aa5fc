import { posix } from 'node:path';
import type { DebianPackage, FetchPackages } from './debian.ts';
import { type Linkage, readLinkage } from './elf.ts';
import type { TarEntry } from './tar-entries.ts';

/** Where Node is, as in Docker's images of Node. */
const NODE_PATH = 'usr/local/bin/node';

/** The user of the webhook's Deployment. */
export const USER = 65532;

/** The Debian package of each library that Node may link. */
const PACKAGES: Readonly<Record<string, string>> = {
  'ld-linux-aarch64.so.1': 'libc6',
  'ld-linux-x86-64.so.2': 'libc6',
  'libatomic.so.1': 'libatomic1',
  'libc.so.6': 'libc6',
  'libdl.so.2': 'libc6',
  'libgcc_s.so.1': 'libgcc-s1',
  'libm.so.6': 'libc6',
  'libpthread.so.0': 'libc6',
  'librt.so.1': 'libc6',
  'libstdc++.so.6': 'libstdc++6',
};

/** Names the distribution, and has the texts of its licences. */
const RELEASE_PACKAGE = 'base-files';

/**
 * The files of a system on which Node runs, and nothing else does: Node, the libraries that it links, directly or not,
 * their licences, and the names of users and of the distribution. The packages are recorded where scanners for
 * vulnerabilities look for them.
 *
 * @throws Error when Node links a library whose package is not known
 */
export async function systemEntries(
  { node, licence }: { node: Buffer; licence: Buffer },
  fetch: FetchPackages,
): Promise<TarEntry[]> {
  const program = readLinkage(node);
  if (program.interpreter === undefined) throw new Error('Node names no dynamic loader');
  const packages = new Map<string, DebianPackage>();
  const add = async (names: readonly string[]) => {
    const missing = [...new Set(names)].filter((name) => !packages.has(name));
    if (missing.length === 0) return;
    for (const each of await fetch(missing)) packages.set(each.name, each);
  };
  await add([RELEASE_PACKAGE, 'libc6']);

  // Loaded first, and so found under its name wherever it is.
  const loaderName = posix.basename(program.interpreter);
  const libraries = new Map<string, TarEntry>();
  const collect = async ({ needed }: Linkage): Promise<void> => {
    await add(needed.map(packageOf));
    for (const name of needed) {
      if (libraries.has(name) || name === loaderName) continue;
      const [path, content] = libraryIn(packages.get(packageOf(name)), name);
      libraries.set(name, { type: 'File', path, mode: 0o755, content });
      await collect(readLinkage(content));
    }
  };
  await collect(program);
  const [, loader] = libraryIn(packages.get('libc6'), loaderName);

  await add([...packages.values()].flatMap(packageOfCopyright));
  const all = [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    file(NODE_PATH, node, 0o755),
    file(program.interpreter.slice(1), loader, 0o755),
    ...libraries.values(),
    file(
      'etc/passwd',
      `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${USER}:${USER}:nonroot:/:/sbin/nologin\n`,
    ),
    file('etc/group', `root:x:0:\nnonroot:x:${USER}:\n`),
    file('etc/nsswitch.conf', 'hosts: files dns\n'),
    file('usr/share/doc/node/LICENSE', licence),
    ...releaseFiles(packages),
    ...all.map(({ name, control }) => file(`var/lib/dpkg/status.d/${name}`, control)),
    ...all.map((each) => file(`usr/share/doc/${each.name}/copyright`, copyrightOf(each, packages))),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function packageOf(library: string): string {
  const name = PACKAGES[library];
  if (name === undefined)
    throw new Error(`Node links ${library}: krew/image/system.ts knows no package of it`);
  return name;
}

function libraryIn(from: DebianPackage | undefined, name: string): [path: string, content: Buffer] {
  const path = [...(from?.files.keys() ?? [])].find((each) => posix.basename(each) === name);
  if (from === undefined || path === undefined)
    throw new Error(`${from?.name ?? 'no package'} has no ${name}`);
  return [path, contentOf(from, path)];
}

/** The content of a file, over links within its package. */
function contentOf(from: DebianPackage, path: string): Buffer {
  const found = from.files.get(path);
  if (found === undefined) throw new Error(`${from.name} has no ${path}`);
  if ('content' in found) return found.content;
  return contentOf(from, posix.resolve('/', posix.dirname(path), found.target).slice(1));
}

const DOCUMENTS = 'usr/share/doc';

/** Packages from one source may keep their documents in a package that all of them depend on. */
function packageOfCopyright({ name, files }: DebianPackage): string[] {
  const documents = files.get(`${DOCUMENTS}/${name}`);
  return documents !== undefined && 'target' in documents ? [documents.target] : [];
}

function copyrightOf(each: DebianPackage, packages: ReadonlyMap<string, DebianPackage>): Buffer {
  const [other] = packageOfCopyright(each);
  const from = other === undefined ? each : packages.get(other);
  if (from === undefined) throw new Error(`the copyright of ${each.name} is in ${other}, which is missing`);
  return contentOf(from, `${DOCUMENTS}/${from.name}/copyright`);
}

/** Copyright files refer to licences that many packages have by their path. */
function releaseFiles(packages: ReadonlyMap<string, DebianPackage>): TarEntry[] {
  const base = packages.get(RELEASE_PACKAGE);
  if (base === undefined) throw new Error(`${RELEASE_PACKAGE} is missing`);
  const licences = [...base.files].flatMap(([path, found]): TarEntry[] => {
    if (!path.startsWith('usr/share/common-licenses/')) return [];
    if ('target' in found) return [{ type: 'SymbolicLink', path, target: found.target }];
    return [file(path, found.content)];
  });
  return [
    file('usr/lib/os-release', contentOf(base, 'usr/lib/os-release')),
    { type: 'SymbolicLink', path: 'etc/os-release', target: '../usr/lib/os-release' },
    ...licences,
  ];
}

function file(path: string, content: string | Buffer, mode = 0o644): TarEntry {
  return { type: 'File', path, mode, content: Buffer.from(content) };
}
