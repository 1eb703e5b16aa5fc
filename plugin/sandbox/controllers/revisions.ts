import { isDeepStrictEqual } from 'node:util';
import { REVISIONS } from '../api/resources.ts';
import { safeEncode } from '../random.ts';
import { fieldsAt, type KubeObject } from '../store/object.ts';
import { type Control, controlledBy, type PodTemplate, resourceOf } from './types.ts';

/** A ControllerRevision: a pod template with its revision number. */
export interface Revision extends KubeObject {
  data: { spec: { template: PodTemplate } };
  revision: number;
}

/** 32-bit FNV-1a hash of a text as a Kubernetes-safe word. */
export function safeHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return safeEncode(String(hash));
}

/** Revisions that a StatefulSet controls, oldest first. */
export function revisionsOf(control: Control, set: KubeObject): Revision[] {
  return control.objects.store
    .ownedBy(set.metadata.uid ?? '')
    .filter(({ resource }) => resource === REVISIONS)
    .map(({ object }) => object as Revision)
    .sort((a, b) => a.revision - b.revision);
}

/**
 * The revision of the set's current template: an equal one is reused and becomes the newest, for example on a rollback,
 * otherwise a new one is created (statefulset/stateful_set_control.go, getStatefulSetRevisions).
 */
export function currentTemplateRevision(
  control: Control,
  set: KubeObject,
  known: readonly Revision[],
): Revision {
  const template = { ...fieldsAt(set, 'spec', 'template'), $patch: 'replace' };
  const data = { spec: { template } };
  const newest = known.at(-1);
  const next = (newest?.revision ?? 0) + 1;
  const equal = known.findLast((revision) => isDeepStrictEqual(revision.data, data));
  const resource = resourceOf(control, REVISIONS);
  const { namespace, name } = set.metadata;
  if (equal === newest && equal) return equal;
  if (equal)
    return control.objects.update(resource, namespace, equal.metadata.name, (current) => ({
      ...current,
      revision: next,
    })) as Revision;
  const hash = safeHash(JSON.stringify(data) + uniqueSuffix(known, name, JSON.stringify(data)));
  const labels = fieldsAt(set, 'spec', 'selector', 'matchLabels') as Record<string, string>;
  return control.objects.create(resource, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace ? { namespace } : {}),
      labels: { ...labels, 'controller.kubernetes.io/hash': hash },
      ownerReferences: [controlledBy(set)],
      ...(set.metadata.annotations ? { annotations: set.metadata.annotations } : {}),
    },
    data,
    revision: next,
  }) as Revision;
}

/** The pod template of a revision. */
export function templateOf(revision: Revision): PodTemplate {
  const { $patch: _, ...template } = revision.data.spec.template;
  return template as PodTemplate;
}

/** Deletes the oldest unused revisions beyond the limit. */
export function truncateHistory(
  control: Control,
  set: KubeObject,
  live: ReadonlySet<string>,
  limit: number,
): void {
  const dead = revisionsOf(control, set).filter((revision) => !live.has(revision.metadata.name));
  const resource = resourceOf(control, REVISIONS);
  for (const revision of dead.slice(0, Math.max(0, dead.length - limit)))
    control.objects.delete(resource, revision.metadata.namespace, revision.metadata.name);
}

/** Makes the name unique: empty unless two templates have the same hash. */
function uniqueSuffix(known: readonly Revision[], set: string, data: string): string {
  for (let collisions = 0; ; collisions++) {
    const suffix = collisions === 0 ? '' : String(collisions);
    const name = `${set}-${safeHash(data + suffix)}`;
    if (!known.some((revision) => revision.metadata.name === name)) return suffix;
  }
}
