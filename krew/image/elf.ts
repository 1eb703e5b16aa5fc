/** What a program or a shared library needs when it starts. */
export interface Linkage {
  /** The path of the dynamic loader, such as `/lib64/ld-linux-x86-64.so.2`; only programs have one. */
  interpreter?: string;
  /** The names of the shared libraries that it links, such as `libc.so.6`. */
  needed: string[];
}

/** Types of program headers and of entries of the dynamic section, from `man 5 elf`. */
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1;
const DT_STRTAB = 5;

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

/**
 * Reads what an ELF file links, of a 64-bit little-endian machine.
 *
 * @throws Error when it is none
 */
export function readLinkage(file: Buffer): Linkage {
  if (file.readUInt32BE(0) !== 0x7f454c46) throw new Error('not an ELF file');
  if (file[4] !== 2 || file[5] !== 1) throw new Error('not a 64-bit little-endian ELF file');
  const segments = segmentsOf(file);
  const interp = segments.find(({ type }) => type === PT_INTERP);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  const entries = dynamic === undefined ? [] : dynamicEntries(file, dynamic);
  const table = entries.find(({ tag }) => tag === DT_STRTAB);
  const names = table === undefined ? undefined : offsetOf(table.value, segments);
  const needed = entries
    .filter(({ tag }) => tag === DT_NEEDED)
    .map(({ value }) => {
      if (names === undefined) throw new Error('the ELF file has no table of names');
      return textAt(file, names + value);
    });
  return { ...(interp && { interpreter: textAt(file, interp.offset) }), needed };
}

function segmentsOf(file: Buffer): Segment[] {
  const start = number64(file, 32);
  const size = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = start + index * size;
    return {
      type: file.readUInt32LE(at),
      offset: number64(file, at + 8),
      address: number64(file, at + 16),
      size: number64(file, at + 32),
    };
  });
}

/** Pairs of 8 bytes each; a tag of 0 ends them. */
function dynamicEntries(file: Buffer, { offset, size }: Segment): { tag: number; value: number }[] {
  const all = Array.from({ length: Math.floor(size / 16) }, (_, index) => ({
    tag: number64(file, offset + index * 16),
    value: number64(file, offset + index * 16 + 8),
  }));
  const end = all.findIndex(({ tag }) => tag === 0);
  return end === -1 ? all : all.slice(0, end);
}

/** Where an address is in the file. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const segment = segments.find(
    ({ type, address: start, size }) => type === PT_LOAD && start <= address && address < start + size,
  );
  if (segment === undefined) throw new Error('the ELF file refers to an address outside of it');
  return address - segment.address + segment.offset;
}

/** Tags may be above what a number holds exactly; none of those is looked for. */
function number64(file: Buffer, at: number): number {
  return Number(file.readBigUInt64LE(at));
}

function textAt(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at));
}
