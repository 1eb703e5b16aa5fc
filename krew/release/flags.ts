import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { VARIANTS } from './variants.ts';

export interface ReleaseFlags {
  /** A test release: requires neither a clean work tree nor a dated changelog. */
  snapshot: boolean;
  /** The variants to build. */
  variants: ReadonlySet<string>;
  /** Absolute path of the folder that the release is written to; undefined for the usual one. */
  out?: string;
}

/**
 * Reads the command line of `krew/release.ts`.
 *
 * @param argv the words after the program's name
 * @throws Error that names the invalid argument
 */
export function readFlags(argv: readonly string[]): ReleaseFlags {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      snapshot: { type: 'boolean', default: false },
      only: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const variants = values.only?.split(',') ?? VARIANTS;
  for (const variant of variants) {
    if (!VARIANTS.includes(variant)) throw new Error(`--only ${variant}: not one of ${VARIANTS.join(', ')}`);
  }
  if (values.only !== undefined && !values.snapshot) {
    throw new Error('--only is for trials: a release is whole. Add --snapshot.');
  }
  const { snapshot, out } = values;
  return { snapshot, variants: new Set(variants), ...(out === undefined ? {} : { out: resolve(out) }) };
}
