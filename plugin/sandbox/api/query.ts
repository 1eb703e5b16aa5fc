import { badRequest, StatusError } from './errors.ts';
import type { Resource } from './resources.ts';
import { type Filter, parseFieldSelector, parseLabelSelector } from './selectors.ts';

/** The selectors of a list, watch or deletecollection, and the name if the path contains one. */
export function filterOf(resource: Resource, query: URLSearchParams, name?: string): Filter {
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', resource.storage);
  return {
    labels: parseLabelSelector(query.get('labelSelector') ?? ''),
    fields: name ? [...fields, { path: 'metadata.name', equal: true, value: name }] : fields,
  };
}

/** Parses a boolean parameter like Go's strconv.ParseBool. */
export function flag(query: URLSearchParams, name: string): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(query.get(name) ?? '');
}

/** @throws StatusError BadRequest */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid value for ${name}: "${text}"`);
  return Number(text);
}

/** `dryRun=All` in the query, or in the options of a body. */
export function isDryRun(query: URLSearchParams, bodyDryRun?: unknown): boolean {
  const asked = [...query.getAll('dryRun'), ...(Array.isArray(bodyDryRun) ? bodyDryRun : [])];
  const unknown = asked.find((value) => value !== 'All');
  if (unknown !== undefined)
    throw new StatusError(
      422,
      'Invalid',
      `options.meta.k8s.io "" is invalid: dryRun: Unsupported value: ${JSON.stringify(asked)}: supported values: "All"`,
    );
  return asked.length > 0;
}
