import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A stream that hands on what is written to it line by line, without empty lines. */
export function lineStream(onLine: (line: string) => void): Writable {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') onLine(line);
      done();
    },
  });
}
