import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lines } from '../../../shared/kube/lines.ts';
import fc from '../../helpers/seed.ts';

async function* cut(bytes: Uint8Array, at: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, bytes.length]) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function collect(found: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of found) all.push(line);
  return all;
}

it('finds the same lines wherever the chunks are cut, in characters of several bytes too', async () => {
  const line = fc.string({
    unit: fc.constantFrom('a', 'é', '漢', '🦀', '{', '"'),
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat()), fc.boolean(), async (wanted, at, ended) => {
      const bytes = Buffer.from(wanted.join('\n') + (ended ? '\n' : ''));
      assert.deepEqual(await collect(lines(cut(bytes, at))), wanted);
    }),
  );
});

it('skips empty lines and carriage returns', async () => {
  assert.deepEqual(await collect(lines(cut(Buffer.from('\n\r\na\r\n\nb'), []))), ['a', 'b']);
});
