import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeProtobuf } from '../../../../plugin/sandbox/http/protobuf/decode.ts';
import { readFields, signed } from '../../../../plugin/sandbox/http/protobuf/wire.ts';
import fc from '../../../helpers/seed.ts';

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

/** A field as it goes over the wire: numbers as varints, texts and messages with their length. */
function field(number: number, value: number | string | number[]): number[] {
  if (typeof value === 'number') return [...varint(BigInt(number << 3)), ...varint(BigInt(value))];
  const bytes = typeof value === 'string' ? [...Buffer.from(value)] : value;
  return [...varint(BigInt((number << 3) | 2)), ...varint(BigInt(bytes.length)), ...bytes];
}

function envelope(apiVersion: string, kind: string, raw: number[]): Uint8Array {
  const type = [...field(1, apiVersion), ...field(2, kind)];
  return Uint8Array.from([...Buffer.from('k8s\0'), ...field(1, type), ...field(2, raw)]);
}

describe('protobuf', () => {
  it('reads numbers of 64 bits, also negative ones', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (number) => {
        const [read] = readFields(Uint8Array.from(field(3, number)));
        assert.equal(signed(read?.value as bigint), number);
      }),
    );
  });

  it('decodes an eviction, with the zero that matters and without empty texts', () => {
    const metadata = [...field(1, 'db-0'), ...field(3, 'default'), ...field(5, '')];
    const options = [...field(1, 0), ...field(2, field(1, 'some-uid')), ...field(5, 'All')];
    assert.deepEqual(
      decodeProtobuf(envelope('policy/v1', 'Eviction', [...field(1, metadata), ...field(2, options)])),
      {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'db-0', namespace: 'default' },
        deleteOptions: { gracePeriodSeconds: 0, preconditions: { uid: 'some-uid' }, dryRun: ['All'] },
      },
    );
  });

  it('decodes maps, bytes and numbers-or-percentages', () => {
    const entry = (key: string, value: string) => [...field(1, key), ...field(2, value)];
    const secret = [...field(1, field(11, entry('a', 'b'))), ...field(2, entry('k', 'v'))];
    assert.deepEqual(decodeProtobuf(envelope('v1', 'Secret', secret)), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { labels: { a: 'b' } },
      data: { k: Buffer.from('v').toString('base64') },
    });
    const spec = [
      ...field(1, [...field(1, 1), ...field(3, '50%')]),
      ...field(3, [...field(1, 0), ...field(2, 1)]),
    ];
    const budget = decodeProtobuf(envelope('policy/v1', 'PodDisruptionBudget', field(2, spec)));
    assert.deepEqual(budget.spec, { minAvailable: '50%', maxUnavailable: 1 });
  });

  it('loses nothing silently', () => {
    assert.throws(() => decodeProtobuf(envelope('v1', 'Pod', [])), { code: 415 });
    assert.throws(() => decodeProtobuf(envelope('v1', 'ConfigMap', field(99, 'x'))), { code: 415 });
    assert.throws(() => decodeProtobuf(Uint8Array.from([1, 2, 3])), { code: 400 });
    const whole = envelope('v1', 'ConfigMap', field(1, field(1, 'name')));
    assert.throws(() => decodeProtobuf(whole.subarray(0, -2)), { code: 400 });
  });
});
