import { type Pin, RUNTIMES } from '../executables/pins.ts';

/** An executable for one kind of machine. */
export interface ExecutableVariant {
  /** As in the name of its archive. `untried` means untested, so krew does not install it. */
  name: string;
  /** The Node that it contains. */
  runtime: Pin;
  /** The file name of the plugin there. */
  program: string;
}

/** The archive that needs the user's Node. */
export const JAVASCRIPT = 'javascript';

export const EXECUTABLES: readonly ExecutableVariant[] = [
  { name: 'linux_amd64', runtime: RUNTIMES.linuxX64, program: 'kubectl-zone' },
  { name: 'linux_arm64', runtime: RUNTIMES.linuxArm64, program: 'kubectl-zone' },
  { name: 'darwin_amd64_untried', runtime: RUNTIMES.darwinX64, program: 'kubectl-zone' },
  { name: 'darwin_arm64_untried', runtime: RUNTIMES.darwinArm64, program: 'kubectl-zone' },
  { name: 'windows_amd64_untried', runtime: RUNTIMES.windowsX64, program: 'kubectl-zone.exe' },
];

/** The webhook's image, for all platforms. */
export const IMAGE = 'image';

export const VARIANTS: readonly string[] = [JAVASCRIPT, ...EXECUTABLES.map(({ name }) => name), IMAGE];
