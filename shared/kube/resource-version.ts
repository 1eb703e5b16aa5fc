import { fields, text } from './objects/fields.ts';

/**
 * Compares two resourceVersions of one resource: negative if `a` is older. They are decimal numbers without
 * leading zeros, of any length. Comparing them is allowed since Kubernetes 1.35 (KEP-5504) and worked before,
 * because they are etcd revisions. The empty string is older than any other.
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The resourceVersion in an object's metadata. Throws TypeError if there is none. */
export function resourceVersionOf(object: unknown): string {
  return text(
    fields(fields(object, 'object').metadata, 'metadata').resourceVersion,
    'metadata.resourceVersion',
  );
}
