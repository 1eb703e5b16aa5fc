import type { Node, Pod } from '../../kube/objects.ts';
import { podProblem } from '../../kube/pods.ts';
import { compareText, zonesOf } from '../../kube/zones.ts';
import { listNames } from '../../sentences.ts';

/**
 * Which nodes are cordoned, by whom, and how to uncordon them: `cordoned: zone-b: b-1, b-2, by kubectl-cordon
 * at 2026-03-01T09:00:00Z (kubectl uncordon b-1)`.
 *
 * @returns undefined if none is, and without permission to read nodes
 */
export function describeCordoned(nodes: ReadonlyMap<string, Node> | undefined): string | undefined {
  if (!nodes) return undefined;
  const zoneOfNode = zonesOf(nodes);
  const byZone = new Map<string, string[]>();
  const by = new Set<string>();
  for (const { metadata, spec, cordonedBy } of nodes.values()) {
    if (!spec.unschedulable) continue;
    if (cordonedBy !== undefined) by.add(cordonedBy);
    const zone = zoneOfNode(metadata.name) ?? 'no zone';
    byZone.set(zone, [...(byZone.get(zone) ?? []), metadata.name].sort(compareText));
  }
  const [first] = [...byZone.values()].flat().sort(compareText);
  if (first === undefined) return undefined;
  const zones = [...byZone]
    .sort(([a], [b]) => compareText(a, b))
    .map(([zone, names]) => `${zone}: ${listNames(names)}`);
  const who = by.size === 0 ? '' : `, by ${listNames([...by].sort(compareText))}`;
  return `cordoned: ${zones.join('; ')}${who} (kubectl uncordon ${first})`;
}

/** Why a pod is not Ready; an unschedulable pod may be waiting for cordoned nodes. */
export function problemOf(pod: Pod, nodes: ReadonlyMap<string, Node> | undefined): string | undefined {
  const problem = podProblem(pod);
  const refused = pod.status.conditions.some(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  if (problem === undefined || pod.spec.nodeName !== undefined || !refused) return problem;
  const cordoned = describeCordoned(nodes);
  return cordoned === undefined ? problem : `${problem}; ${cordoned}`;
}
