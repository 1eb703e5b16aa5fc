/** The order of two versions: patch releases and builds of one minor version are equal. */
export type VersionOrder = 'same' | 'older' | 'newer';

/** @returns how `version` compares to `other`; both are semantic versions */
export function compareVersions(version: string, other: string): VersionOrder {
  const [a, b] = [minorOf(version), minorOf(other)];
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] ?? 0);
    if (difference !== 0) return difference < 0 ? 'older' : 'newer';
  }
  return 'same';
}

function minorOf(version: string): number[] {
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}
