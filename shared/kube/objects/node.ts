import * as z from 'zod/mini';
import { ConditionsSchema, ObjectMetaSchema } from './metadata.ts';

const Node = z.object({
  metadata: ObjectMetaSchema,
  spec: z._default(z.object({ unschedulable: z._default(z.boolean(), false) }), { unschedulable: false }),
  status: z.prefault(z.object({ conditions: ConditionsSchema }), {}),
});
export type Node = z.infer<typeof Node>;

/** Reads the fields of a node that we use. Throws ZodError for a malformed node. */
export function readNode(value: unknown): Node {
  return Node.parse(value);
}
