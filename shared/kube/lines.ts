const NEWLINE = 0x0a;

/**
 * Splits a byte stream into lines, regardless of chunk boundaries: a line, or one character's UTF-8 bytes, may span any
 * number of chunks. Skips empty lines; a last line without newline is yielded when the stream ends.
 */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let unfinished: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      unfinished.push(chunk.subarray(start, end));
      const line = text(unfinished);
      unfinished = [];
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.length) unfinished.push(chunk.subarray(start));
  }
  const rest = text(unfinished);
  if (rest !== '') yield rest;
}

function text(pieces: readonly Uint8Array[]): string {
  const [first] = pieces;
  if (first === undefined) return '';
  const whole = pieces.length === 1 ? first : Buffer.concat(pieces);
  return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8').trim();
}
