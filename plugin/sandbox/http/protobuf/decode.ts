import { StatusError } from '../../api/errors.ts';
import type { Fields } from '../../store/object.ts';
import { type FieldType, KINDS, type Message } from './schema.ts';
import { readFields, signed, type WireField } from './wire.ts';

/** Media type of Kubernetes' protobuf encoding. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** `k8s` and a zero byte, then a runtime.Unknown {1: TypeMeta {1: apiVersion, 2: kind}, 2: raw}. */
const MAGIC = Buffer.from('k8s\0');

/**
 * Decodes a protobuf body into the equivalent JSON object.
 *
 * @throws StatusError UnsupportedMediaType for kinds and fields that the sandbox cannot decode, so that nothing is lost
 * silently; BadRequest if the body is not protobuf
 */
export function decodeProtobuf(body: Uint8Array): Fields {
  if (!Buffer.from(body.subarray(0, MAGIC.length)).equals(MAGIC))
    throw unreadable('it lacks the magic number');
  try {
    const envelope = readFields(body.subarray(MAGIC.length));
    const type = readFields(bytesOf(envelope.find(({ number }) => number === 1)));
    const apiVersion = text(type.find(({ number }) => number === 1)?.value);
    const kind = text(type.find(({ number }) => number === 2)?.value);
    const schema = KINDS[kind];
    if (!schema) throw unsupported(`${kind} objects`);
    return {
      apiVersion,
      kind,
      ...message(schema, bytesOf(envelope.find(({ number }) => number === 2)), kind),
    };
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(error.message);
    throw error;
  }
}

function message(schema: Message, bytes: Uint8Array, where: string): Fields {
  const object: Fields = {};
  for (const field of readFields(bytes)) {
    const known = schema[field.number];
    if (known) read(object, known[0], known[1], field, where);
    else if (!isEmpty(field)) throw unsupported(`field ${field.number} of ${where}`);
  }
  return object;
}

function read(object: Fields, name: string, type: FieldType, { value }: WireField, where: string): void {
  const inner = () => (typeof value === 'bigint' ? new Uint8Array() : value);
  if (typeof type === 'object') {
    if ('message' in type) object[name] = message(type.message, inner(), `${where}.${name}`);
    else append(object, name, message(type.messages, inner(), `${where}.${name}`));
    return;
  }
  switch (type) {
    case 'text':
      if (text(value)) object[name] = text(value);
      break;
    case 'texts':
      append(object, name, text(value));
      break;
    case 'count':
      if (numeric(value) !== 0) object[name] = numeric(value);
      break;
    case 'number':
      object[name] = numeric(value);
      break;
    case 'flag':
      object[name] = numeric(value) !== 0;
      break;
    case 'map':
    case 'bytesMap':
      object[name] = { ...(object[name] as Fields | undefined), ...entry(inner(), type === 'bytesMap') };
      break;
    case 'intOrString':
      object[name] = intOrString(inner());
      break;
    case 'ignored':
  }
}

function append(object: Fields, name: string, value: unknown): void {
  const before = object[name];
  object[name] = Array.isArray(before) ? [...before, value] : [value];
}

function entry(bytes: Uint8Array, isBinary: boolean): Record<string, string> {
  const fields = readFields(bytes);
  const value = fields.find(({ number }) => number === 2)?.value;
  const key = text(fields.find(({ number }) => number === 1)?.value);
  return {
    [key]: isBinary ? Buffer.from(typeof value === 'object' ? value : []).toString('base64') : text(value),
  };
}

/** IntOrString {1: type, 2: intVal, 3: strVal}; type 1 is a string. */
function intOrString(bytes: Uint8Array): number | string {
  const fields = readFields(bytes);
  const value = (wanted: number) => fields.find(({ number }) => number === wanted)?.value;
  return numeric(value(1)) === 1 ? text(value(3)) : numeric(value(2));
}

function text(value: bigint | Uint8Array | undefined): string {
  return typeof value === 'object' ? Buffer.from(value).toString() : '';
}

function numeric(value: bigint | Uint8Array | undefined): number {
  return typeof value === 'bigint' ? signed(value) : 0;
}

function bytesOf(field: WireField | undefined): Uint8Array {
  return typeof field?.value === 'object' ? field.value : new Uint8Array();
}

function isEmpty({ value }: WireField): boolean {
  return typeof value === 'bigint' ? value === 0n : value.length === 0;
}

function unsupported(what: string): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the sandbox does not read ${what} in protobuf; send JSON, for example with kubectl apply -f`,
  );
}

function unreadable(why: string): StatusError {
  return new StatusError(400, 'BadRequest', `the body is no readable protobuf: ${why}`);
}
