/** A seeded source of numbers in [0, 1): the same seed produces the same cluster. */
export type Random = () => number;

/** Mulberry32: small, and sufficient for delays and names. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Letters and digits that Kubernetes uses for generated names: no vowels, so no words. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** A random suffix, like that of `generateName`. */
export function suffix(random: Random, length = 5): string {
  return Array.from({ length }, () => SAFE[Math.floor(random() * SAFE.length)]).join('');
}

/** Encodes a number like controllers encode hashes in names: decimal digits mapped to safe characters. */
export function safeEncode(text: string): string {
  return [...text].map((char) => SAFE[char.charCodeAt(0) % SAFE.length]).join('');
}

/** A random version 4 UUID from the seeded source. */
export function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  hex[12] = '4';
  hex[16] = (8 + Math.floor(random() * 4)).toString(16);
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}
