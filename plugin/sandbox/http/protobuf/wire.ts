/** One field of a protobuf message: a varint, or the bytes of a string, message or map entry. */
export interface WireField {
  number: number;
  value: bigint | Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/**
 * Splits a message into its fields, in wire order (https://protobuf.dev/programming-guides/encoding/).
 *
 * @throws RangeError if the message is truncated or uses another wire type
 */
export function readFields(message: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined || shift > 63n) throw new RangeError('truncated varint');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number): Uint8Array => {
    if (at + length > message.length) throw new RangeError('truncated field');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    const wireType = tag & 7;
    if (wireType === VARINT) fields.push({ number, value: varint() });
    else if (wireType === BYTES) fields.push({ number, value: bytes(Number(varint())) });
    else if (wireType === FIXED64) fields.push({ number, value: bytes(8) });
    else if (wireType === FIXED32) fields.push({ number, value: bytes(4) });
    else throw new RangeError(`unknown wire type ${wireType}`);
  }
  return fields;
}

/** A varint as a signed number, as in Kubernetes' types. */
export function signed(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}
