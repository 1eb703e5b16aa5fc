/** Which StatefulSets make one service, and what a group of them is called. */
import { createHash } from 'node:crypto';
import type { StatefulSet } from '../../kube/objects.ts';
import { compareText } from '../../kube/zones.ts';
import { GROUP_LABEL } from './grafana.ts';
import type { WorkloadId } from './workload-id.ts';

/** Of the charts. Loki and Mimir in one namespace both have a group `ingester`: these tell them apart. */
const APP_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/instance'] as const;

/** StatefulSets with the same label `rollout-group`, name and instance. */
export interface SetGroup {
  name: string;
  sets: readonly StatefulSet[];
  /** A selector that tells it from groups of the same name. */
  selector: string;
  /** Whether the StatefulSet belongs to it. */
  has(set: Pick<StatefulSet, 'metadata'>): boolean;
}

/** The groups of a namespace; StatefulSets without the label belong to none. */
export function groupsOf(sets: readonly StatefulSet[]): SetGroup[] {
  const grouped = Map.groupBy(
    sets.filter((set) => labelOf(set, GROUP_LABEL) !== ''),
    keyOf,
  );
  return [...grouped]
    .map(([key, members]) => {
      const [first] = members;
      return {
        name: first ? labelOf(first, GROUP_LABEL) : '',
        sets: members,
        selector: APP_LABELS.map((label) => requirement(label, first)).join(','),
        has: (set: Pick<StatefulSet, 'metadata'>) => keyOf(set) === key,
      };
    })
    .sort((a, b) => compareText(a.name, b.name) || compareText(a.selector, b.selector));
}

/** @param isAmbiguous another group of the namespace has the same name */
export function idOfGroup({ name, selector, sets }: SetGroup, isAmbiguous: boolean): WorkloadId {
  const namespace = sets[0]?.metadata.namespace ?? '';
  return {
    ...{ kind: 'group', namespace, name },
    lease: `zone-rollout-group-${name}-${shortHash(selector)}`,
    subject: `group/${name}`,
    target: isAmbiguous ? `group/${name} -l '${selector}'` : `group/${name}`,
  };
}

/** The identity of StatefulSets that only a selector holds together. */
export function idOfSelection(namespace: string, selector: string): WorkloadId {
  return {
    ...{ kind: 'group', namespace, name: selector },
    lease: `zone-rollout-sets-${shortHash(selector)}`,
    subject: `statefulsets -l '${selector}'`,
    target: `sts -l '${selector}'`,
  };
}

function keyOf(set: Pick<StatefulSet, 'metadata'>): string {
  return JSON.stringify([GROUP_LABEL, ...APP_LABELS].map((label) => labelOf(set, label)));
}

function requirement(label: string, set: Pick<StatefulSet, 'metadata'> | undefined): string {
  const value = set ? labelOf(set, label) : '';
  return value === '' ? `!${label}` : `${label}=${value}`;
}

/** Empty if it is not set. */
function labelOf({ metadata: { labels } }: Pick<StatefulSet, 'metadata'>, key: string): string {
  return (Object.hasOwn(labels, key) ? labels[key] : undefined) ?? '';
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
