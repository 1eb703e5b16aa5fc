import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The SHA-256 of each file of a folder, in hexadecimal, by name; in the order of the names given. */
export async function checksumsOf(dir: string, names: readonly string[]): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const name of names) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(dir, name)), hash);
    sums.set(name, hash.digest('hex'));
  }
  return sums;
}

/** In the form that `sha256sum --check` reads. */
export function checksumLines(sums: ReadonlyMap<string, string>): string {
  return [...sums].map(([name, sum]) => `${sum}  ${name}\n`).join('');
}
