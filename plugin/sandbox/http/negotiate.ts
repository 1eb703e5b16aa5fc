import type { Representation } from '../api/message.ts';

/**
 * The first supported representation of an Accept header, or `undefined` if there is none (406).
 *
 * @param accept the header, `undefined` counts as `*` + `/*`
 */
export function negotiate(accept: string | undefined): Representation | undefined {
  if (!accept) return 'json';
  for (const entry of accept.split(',')) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const values = new Map(parameters.map((parameter) => splitOnce(parameter)));
    const representation = representationOf(type, values.get('as'), values.get('v'));
    if (representation) return representation;
  }
  return undefined;
}

function representationOf(type: string, as?: string, version?: string): Representation | undefined {
  if (type === '*/*' || type === 'application/*') return 'json';
  if (type !== 'application/json') return undefined;
  if (as === undefined) return 'json';
  if (as === 'Table') return 'table';
  if (as === 'APIGroupDiscoveryList' && version === 'v2') return 'aggregated';
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  return undefined;
}

function splitOnce(parameter: string): [string, string] {
  const at = parameter.indexOf('=');
  return at < 0 ? [parameter, ''] : [parameter.slice(0, at), parameter.slice(at + 1)];
}
