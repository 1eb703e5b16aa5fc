/** An ELF file with nothing but what it links, as a linker lays it out: headers, names, the dynamic section. */
export function makeElf({
  interpreter,
  needed = [],
}: {
  interpreter?: string;
  needed?: readonly string[];
}): Buffer {
  const HEADERS = 64 + 3 * 56;
  // Addresses are not offsets, as in a real file.
  const BASE = 0x400000;
  const names = Buffer.from(`\0${needed.map((name) => `${name}\0`).join('')}${interpreter ?? ''}\0`);
  const offsets = needed.map((name) => names.indexOf(`\0${name}\0`) + 1);
  const entries: [tag: number, value: number][] = [
    ...offsets.map((offset): [number, number] => [1, offset]),
    [5, BASE + HEADERS],
    [0, 0],
    // Behind the end, where no loader looks.
    [1, 1],
  ];
  const dynamic = Buffer.alloc(entries.length * 16);
  for (const [index, [tag, value]] of entries.entries()) {
    dynamic.writeBigUInt64LE(BigInt(tag), index * 16);
    dynamic.writeBigUInt64LE(BigInt(value), index * 16 + 8);
  }
  const dynamicAt = HEADERS + names.length;
  const size = dynamicAt + dynamic.length;

  const headers = Buffer.alloc(HEADERS);
  headers.write('\x7fELF\x02\x01', 'latin1');
  headers.writeBigUInt64LE(64n, 32);
  headers.writeUInt16LE(56, 54);
  headers.writeUInt16LE(interpreter === undefined ? 2 : 3, 56);
  const segment = (index: number, type: number, offset: number, bytes: number) => {
    const at = 64 + index * 56;
    headers.writeUInt32LE(type, at);
    headers.writeBigUInt64LE(BigInt(offset), at + 8);
    headers.writeBigUInt64LE(BigInt(BASE + offset), at + 16);
    headers.writeBigUInt64LE(BigInt(bytes), at + 32);
  };
  segment(0, 1, 0, size);
  segment(1, 2, dynamicAt, dynamic.length);
  if (interpreter !== undefined) {
    const at = names.length - interpreter.length - 1;
    segment(2, 3, HEADERS + at, interpreter.length + 1);
  }
  return Buffer.concat([headers, names, dynamic]);
}
