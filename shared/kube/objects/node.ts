import * as z from 'zod/mini';
import { ConditionsSchema, ObjectMetaSchema } from './metadata.ts';

const Node = z.object({
  metadata: ObjectMetaSchema,
  spec: z._default(z.object({ unschedulable: z._default(z.boolean(), false) }), { unschedulable: false }),
  status: z.prefault(z.object({ conditions: ConditionsSchema }), {}),
});
export type Node = z.infer<typeof Node> & {
  /** Who cordoned it and when, according to managedFields: `kubectl-cordon at 2026-03-01T09:00:00Z`. */
  cordonedBy?: string;
};

/** Further managers are ignored, and names are truncated: any client may write both. */
const MOST_MANAGERS = 50;
const LONGEST_MANAGER = 64;

const Managed = z.object({ metadata: z.object({ managedFields: z.array(z.unknown()) }) });
const Entry = z.object({
  manager: z.string(),
  time: z.optional(z.string()),
  fieldsV1: z.object({ 'f:spec': z.object({ 'f:unschedulable': z.unknown() }) }),
});

/** Parses the fields of a node that we use. Throws ZodError for a malformed node. */
export function readNode(value: unknown): Node {
  const node = Node.parse(value);
  const cordonedBy = node.spec.unschedulable ? whoCordoned(value) : undefined;
  return cordonedBy === undefined ? node : { ...node, cordonedBy };
}

function whoCordoned(node: unknown): string | undefined {
  const managed = Managed.safeParse(node);
  if (!managed.success) return undefined;
  const owners = managed.data.metadata.managedFields.slice(0, MOST_MANAGERS).flatMap((each) => {
    const entry = Entry.safeParse(each);
    if (!entry.success || !('f:unschedulable' in entry.data.fieldsV1['f:spec'])) return [];
    const { manager, time = '' } = entry.data;
    const name = manager.slice(0, LONGEST_MANAGER).replace(/[^\x21-\x7e]/g, '?');
    return name === '' ? [] : [{ name, atMs: Date.parse(time) || 0 }];
  });
  const last = owners.sort((a, b) => b.atMs - a.atMs)[0];
  if (!last || last.atMs === 0) return last?.name;
  return `${last.name} at ${new Date(last.atMs).toISOString().replace(/\.\d+Z$/, 'Z')}`;
}
