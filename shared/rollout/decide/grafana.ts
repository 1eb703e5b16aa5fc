/**
 * The labels and annotations of Grafana's rollout-operator (https://github.com/grafana/rollout-operator), which the charts
 * of Mimir and Loki set whether it runs or not.
 */
import type { StatefulSet } from '../../kube/objects.ts';
import { compareText } from '../../kube/zones.ts';
import { listNames } from '../../sentences.ts';
import { zoneOfSet } from './set-zone.ts';
import type { GateState } from './types.ts';

/** The label with the name of a group of StatefulSets that make one service. */
export const GROUP_LABEL = 'rollout-group';

export const MAX_UNAVAILABLE_ANNOTATION = 'rollout-max-unavailable';

/** Each with and without the prefix, which only some annotations have. */
const PAUSED_ANNOTATIONS = ['grafana.com/rollout-paused', 'rollout-paused'];
const CANARY_ANNOTATIONS = ['grafana.com/rollout-canary', 'rollout-canary'];
const REVISION_ANNOTATIONS = ['grafana.com/rollout-revision', 'rollout-revision'];

type Sets = readonly StatefulSet[];

/**
 * How many pods of a zone may be unavailable according to the annotations: a number, or a percentage of one StatefulSet,
 * rounded down, and at least 1; the smallest of all. As there, an invalid value counts as 1.
 *
 * @returns undefined if no set has the annotation
 */
export function annotatedMaxUnavailable(sets: Sets): { pods: number; value: string } | undefined {
  const values = sets.flatMap(({ metadata, spec }) => {
    const value = metadata.annotations[MAX_UNAVAILABLE_ANNOTATION]?.trim();
    return value === undefined ? [] : { value, pods: podsOf(value, spec.replicas) };
  });
  return values.sort((a, b) => a.pods - b.pods)[0];
}

function podsOf(value: string, replicas: number): number {
  const [, digits = '', percent] = /^(\d{1,9})(%?)$/.exec(value) ?? [];
  const number = Number(digits);
  if (number === 0 || (percent && number > 100)) return 1;
  return percent ? Math.max(1, Math.floor((number * replicas) / 100)) : number;
}

/** Closed while a set is paused, which holds all sets: they make one service. */
export function pausedSetGate(sets: Sets): GateState {
  const paused = sets.flatMap(({ metadata }) => {
    const key = PAUSED_ANNOTATIONS.find((each) => metadata.annotations[each] === 'true');
    return key === undefined ? [] : { key, ...metadata };
  });
  const [first] = paused;
  const names = listNames(paused.map(({ name }) => `statefulset/${name}`));
  return {
    name: 'an annotation',
    state: first ? 'closed' : 'open',
    reason: first
      ? `${names} ${paused.length === 1 ? 'is' : 'are'} paused by the annotation ${first.key}; resume with: kubectl -n ${first.namespace} annotate statefulset ${paused.map(({ name }) => name).join(' ')} ${first.key}-`
      : '',
    pause: true,
  };
}

/**
 * Closed while a set waits for its canaries: StatefulSets that its annotation names, and that must have the same
 * `rollout-revision` and be rolled out first. Those that are rolled out together are put in order by `canaryZones`.
 *
 * @param all StatefulSets of the namespace by name
 */
export function canaryGate(sets: Sets, all: ReadonlyMap<string, StatefulSet>): GateState {
  const members = new Set(sets.map(({ metadata }) => metadata.uid));
  const reasons = sets.flatMap((set) =>
    canariesOf(set).flatMap((name) => {
      const canary = all.get(name);
      const why = canary
        ? behind(canary, set, members.has(canary.metadata.uid))
        : 'does not exist in this namespace';
      return why === undefined
        ? []
        : `statefulset/${name}, the canary of statefulset/${set.metadata.name}, ${why}`;
    }),
  );
  return { name: 'a canary', state: reasons.length > 0 ? 'closed' : 'open', reason: reasons[0] ?? '' };
}

/** Zones of sets that are canaries of others in the same rollout, before the zones of those. */
export function canaryZones(sets: Sets): string[] {
  const zones = new Map(sets.map((set) => [set.metadata.name, zoneOfSet(set)]));
  const depth = (set: StatefulSet, seen: ReadonlySet<string>): number => {
    const { name } = set.metadata;
    if (seen.has(name)) return 0;
    const canaries = sets.filter(({ metadata }) => canariesOf(set).includes(metadata.name));
    return Math.max(0, ...canaries.map((canary) => 1 + depth(canary, new Set([...seen, name]))));
  };
  const waiting = sets.filter((set) => canariesOf(set).some((name) => zones.has(name)));
  if (waiting.length === 0) return [];
  const depths = sets.flatMap((set) => {
    const zone = zoneOfSet(set);
    return zone === undefined ? [] : { zone, depth: depth(set, new Set()) };
  });
  depths.sort((a, b) => a.depth - b.depth || compareText(a.zone, b.zone));
  return [...new Set(depths.map(({ zone }) => zone))];
}

/** Names of the StatefulSets that must be rolled out before this one. */
function canariesOf({ metadata }: StatefulSet): string[] {
  const text = annotation(metadata.annotations, CANARY_ANNOTATIONS) ?? '';
  const names = text.split(',').map((name) => name.trim());
  return names.filter((name) => name !== '' && name !== metadata.name);
}

function behind(canary: StatefulSet, set: StatefulSet, isMember: boolean): string | undefined {
  const wanted = annotation(set.metadata.annotations, REVISION_ANNOTATIONS);
  const has = annotation(canary.metadata.annotations, REVISION_ANNOTATIONS);
  if (wanted !== undefined && has !== wanted) return `is not at rollout-revision ${wanted}`;
  const { status, spec, metadata } = canary;
  const isDone =
    status.observedGeneration >= metadata.generation &&
    status.updatedReplicas >= spec.replicas &&
    status.readyReplicas >= spec.replicas;
  return isMember || isDone ? undefined : 'has pods that are not updated and Ready';
}

function annotation(
  annotations: Readonly<Record<string, string>>,
  keys: readonly string[],
): string | undefined {
  for (const key of keys) if (annotations[key]) return annotations[key];
  return undefined;
}
