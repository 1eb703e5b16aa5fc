import { fields, text } from './objects/fields.ts';

/**
 * Compares two resourceVersions of one resource: negative when `a` is older. They are decimal numbers without leading
 * zeros, of any length, and comparing them is allowed since Kubernetes 1.35 (KEP-5504); etcd revisions made it true
 * before. The empty string is older than any.
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The resourceVersion in an object's metadata. Throws TypeError when there is none. */
export function resourceVersionOf(object: unknown): string {
  return text(
    fields(fields(object, 'object').metadata, 'metadata').resourceVersion,
    'metadata.resourceVersion',
  );
}
