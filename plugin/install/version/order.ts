/** How a version stands to another one: patch releases and builds of one minor version go together. */
export type Standing = 'same' | 'older' | 'newer';

/** @returns how `version` stands to `other`; both as semantic versions */
export function standing(version: string, other: string): Standing {
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
