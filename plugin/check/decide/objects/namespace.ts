import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../../../shared/kube/objects/metadata.ts';

const Namespace = z.object({ metadata: ObjectMetaSchema });
export type Namespace = z.infer<typeof Namespace>;

/** Reads a Namespace. Throws ZodError when malformed. */
export function readNamespace(value: unknown): Namespace {
  return Namespace.parse(value);
}
