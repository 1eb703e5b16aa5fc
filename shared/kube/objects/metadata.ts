import * as z from 'zod/mini';
import { fields, list, numberOr, text, textMap, textOr, timeMs } from './fields.ts';

/** The controller owner reference of an object. */
export interface Controller {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

export interface ObjectMeta {
  name: string;
  /** Empty for cluster-scoped objects. */
  namespace: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  creationTimestampMs: number | undefined;
  /** The latest time at which the object is removed; set when graceful deletion begins. */
  deletionTimestampMs: number | undefined;
  deletionGracePeriodSeconds: number | undefined;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  controller: Controller | undefined;
}

/** Parses the metadata we use. Throws TypeError for a missing name or a field of the wrong type. */
export function readObjectMeta(value: unknown): ObjectMeta {
  const meta = fields(value, 'metadata');
  return {
    name: text(meta.name, 'metadata.name'),
    namespace: textOr(meta.namespace, '', 'metadata.namespace'),
    uid: textOr(meta.uid, '', 'metadata.uid'),
    resourceVersion: textOr(meta.resourceVersion, '', 'metadata.resourceVersion'),
    generation: numberOr(meta.generation, 0, 'metadata.generation'),
    creationTimestampMs: timeMs(meta.creationTimestamp, 'metadata.creationTimestamp'),
    deletionTimestampMs: timeMs(meta.deletionTimestamp, 'metadata.deletionTimestamp'),
    deletionGracePeriodSeconds: numberOr(
      meta.deletionGracePeriodSeconds,
      undefined,
      'metadata.deletionGracePeriodSeconds',
    ),
    labels: textMap(meta.labels, 'metadata.labels'),
    annotations: textMap(meta.annotations, 'metadata.annotations'),
    controller: controllerOf(list(meta.ownerReferences, 'metadata.ownerReferences')),
  };
}

/** The object's name, even if the object is otherwise malformed; empty if it has none. */
export function nameOf(object: unknown): string {
  const named = Named.safeParse(object);
  return named.success ? named.data.metadata.name : '';
}

const Named = z.object({ metadata: z.object({ name: z.string() }) });

function controllerOf(owners: readonly unknown[]): Controller | undefined {
  for (const value of owners) {
    const owner = fields(value, 'metadata.ownerReferences[]');
    if (owner.controller !== true) continue;
    return {
      apiVersion: text(owner.apiVersion, 'metadata.ownerReferences[].apiVersion'),
      kind: text(owner.kind, 'metadata.ownerReferences[].kind'),
      name: text(owner.name, 'metadata.ownerReferences[].name'),
      uid: text(owner.uid, 'metadata.ownerReferences[].uid'),
    };
  }
  return undefined;
}

export interface Condition {
  type: string;
  /** `True`, `False` or `Unknown`. */
  status: string;
  reason: string;
  message: string;
  lastTransitionTimeMs: number | undefined;
}

export function readConditions(value: unknown): readonly Condition[] {
  return list(value, 'status.conditions').map((entry) => {
    const condition = fields(entry, 'status.conditions[]');
    return {
      type: text(condition.type, 'status.conditions[].type'),
      status: text(condition.status, 'status.conditions[].status'),
      reason: textOr(condition.reason, '', 'status.conditions[].reason'),
      message: textOr(condition.message, '', 'status.conditions[].message'),
      lastTransitionTimeMs: timeMs(condition.lastTransitionTime, 'status.conditions[].lastTransitionTime'),
    };
  });
}

/** `readObjectMeta` and `readConditions` for use in zod schemas. */
export const ObjectMetaSchema = fromReader(readObjectMeta);
export const ConditionsSchema = z.prefault(fromReader(readConditions), []);

/** An API timestamp as epoch milliseconds; undefined when absent. */
export const TimestampSchema = z.optional(fromReader((value) => timeMs(value, 'timestamp')));

/** Labels or annotations; empty when absent. */
export const StringMapSchema = z._default(z.record(z.string(), z.string()), {});

/** A zod schema from a reader that throws TypeError for malformed values. */
function fromReader<T>(read: (value: unknown) => T) {
  return z.pipe(
    z.unknown(),
    z.transform((value: unknown, context): T => {
      try {
        return read(value);
      } catch (error) {
        context.issues.push({ code: 'custom', message: String(error), input: value });
        return z.NEVER;
      }
    }),
  );
}
