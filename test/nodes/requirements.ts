import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** What this machine offers. */
export interface Machine {
  platform: NodeJS.Platform;
  /** The effective user id; 0 is root. */
  uid: number;
  /** Whether a file can be executed. */
  isExecutable(path: string): Promise<boolean>;
  /** The folders in which programs are looked for. */
  programDirs: readonly string[];
}

/** What real nodes lack on a machine. */
export interface Missing {
  /** A sentence each that no package brings, such as being root. */
  conditions: string[];
  /** The programs that are not there. */
  programs: string[];
  /** The Debian packages that bring them, sorted. */
  packages: string[];
}

/** Where Debian and the upstream releases put the CNI plugins. */
export const CNI_DIRS = ['/usr/lib/cni', '/opt/cni/bin'];

/** The programs by the Debian package that brings them. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'busybox-static': ['busybox'],
  containerd: ['containerd', 'containerd-shim-runc-v2', 'ctr'],
  iproute2: ['ip'],
  mount: ['mount'],
  nftables: ['nft'],
  runc: ['runc'],
  skopeo: ['skopeo'],
  'util-linux': ['setpriv', 'unshare'],
};

const PLUGINS = ['bridge', 'host-local', 'loopback', 'portmap'];

/** The machine that this process runs on. */
export function thisMachine(env: NodeJS.ProcessEnv = process.env): Machine {
  const path = (env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');
  return {
    platform: process.platform,
    uid: process.geteuid?.() ?? -1,
    isExecutable: (file) =>
      access(file, constants.X_OK).then(
        () => true,
        () => false,
      ),
    // As Debian's root has it: `su` keeps the PATH of a user, which has no sbin.
    programDirs: [...path, '/usr/local/sbin', '/usr/sbin', '/sbin'],
  };
}

/** Finds out what real nodes lack on a machine. */
export async function findMissing(machine: Machine): Promise<Missing> {
  const conditions: string[] = [];
  if (machine.platform !== 'linux') conditions.push(`Linux is required, and this is ${machine.platform}.`);
  if (machine.uid !== 0)
    conditions.push('They must run as root: they create namespaces, mounts and containers.');

  const programs: string[] = [];
  const packages: string[] = [];
  for (const [name, wanted] of Object.entries(PROGRAMS)) {
    const absent = await without(wanted, machine.programDirs, machine);
    if (absent.length > 0) packages.push(name);
    programs.push(...absent);
  }
  const plugins = await without(PLUGINS, CNI_DIRS, machine);
  if (plugins.length > 0) packages.push('containernetworking-plugins');
  programs.push(...plugins.map((plugin) => `the CNI plugin ${plugin}`));
  return { conditions, programs, packages: packages.sort() };
}

/**
 * What to tell the user.
 *
 * @returns lines, the last of which is the command that installs the packages; undefined if nothing is missing
 */
export function explainMissing({ conditions, programs, packages }: Missing): string | undefined {
  if (conditions.length === 0 && packages.length === 0) return undefined;
  const lines = ['The tests on real nodes cannot run here.', ...conditions];
  if (packages.length > 0) lines.push(`Missing: ${programs.join(', ')}. To install them:`, aptGet(packages));
  return lines.join('\n');
}

function aptGet(packages: readonly string[]): string {
  return `apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
}

/** The programs that none of the folders has. */
async function without(
  programs: readonly string[],
  dirs: readonly string[],
  { isExecutable }: Machine,
): Promise<string[]> {
  const found = await Promise.all(
    programs.map(async (program) => {
      for (const dir of dirs) if (await isExecutable(join(dir, program))) return true;
      return false;
    }),
  );
  return programs.filter((_, index) => found[index] !== true);
}
