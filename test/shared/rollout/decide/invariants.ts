/**
 * The rules R1 to R12 as assertions about a decision, written from the design and not from the code: each returns what
 * is wrong, or undefined.
 */
import type { ObservedPod, RolloutDecision, RolloutInput } from '../../../../shared/rollout/decide/types.ts';
import type { History } from './history.ts';

export type Rule = 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'R7' | 'R8' | 'R9' | 'R10' | 'R12';

export interface Violation {
  rule: Rule;
  what: string;
}

/** A request to evict a pod that the API server may still carry out, whatever the driver knows of it. */
export interface OpenRequest {
  name: string;
  uid: string;
  /** Where the pod is. */
  zone: string;
}

/** Every rule that the decision breaks in the situation `input`. */
export function violations(
  input: RolloutInput,
  decision: RolloutDecision,
  history: History,
  open: readonly OpenRequest[] = [],
): Violation[] {
  const found: Violation[] = [];
  const broken = (rule: Rule, what: string) => found.push({ rule, what });
  const situation = describe(input, history);

  if (decision.kind === 'disrupt') {
    const chosen = decision.pods.map(({ uid }) => situation.byUid.get(uid));
    const zones = new Set(chosen.map((pod) => (pod ? situation.zoneOf(pod) : 'nowhere')));
    const taken = chosen.filter((pod) => pod && !situation.down(pod)) as ObservedPod[];
    if (chosen.length === 0) broken('R1', 'a disruption of nothing');
    if (chosen.includes(undefined)) broken('R1', 'a pod that is not there');
    const idle = chosen.every((pod) => pod?.unscheduled);
    if (zones.size > 1 && !idle) broken('R1', `pods of ${[...zones].join(' and ')} in one disruption`);

    const [zone = ''] = zones;
    const elsewhere = history.takenAndNotBack(input).filter((pod) => pod.zone !== zone);
    if (taken.length > 0 && elsewhere.length > 0) {
      broken('R1', `${zone} is disrupted while ${elsewhere[0]?.name} of ${elsewhere[0]?.zone} is not back`);
    }
    if (taken.length > 0 && history.lastZone !== undefined && history.lastZone !== zone) {
      const wholeForMs = input.nowMs - (history.lastZoneWholeSinceMs ?? input.nowMs);
      if (wholeForMs < input.options.soakMs)
        broken('R1', `${history.lastZone} has soaked for ${wholeForMs} ms only`);
    }

    const downHere = situation.downIn(zone);
    if (taken.length > 0 && downHere + taken.length > situation.maxUnavailable) {
      broken('R2', `${downHere} down and ${taken.length} taken with ${situation.maxUnavailable} allowed`);
    }
    const others = [...situation.zones].filter((other) => other !== zone && situation.downIn(other) > 0);
    if (others.length > 0 && (taken.length > 0 || !(idle || input.options.replaceUnready))) {
      broken(
        'R3',
        `${zone} is disrupted while ${others.join(', ')} ${others.length > 1 ? 'have' : 'has'} pods down`,
      );
    }

    for (const pod of taken) {
      const before = situation.candidates.find(
        (other) => !situation.down(other) && !chosen.includes(other) && situation.comesBefore(other, pod),
      );
      if (before && decision.begins) broken('R4', `${pod.name} is taken before ${before.name}`);
    }

    const allowed = history.growthAllowed(input);
    if (
      decision.begins &&
      taken.length > 0 &&
      taken.length + (input.options.pacing === 'stream' ? downHere : 0) > allowed
    ) {
      broken('R5', `${taken.length} pods taken where growth allows ${allowed}`);
    }

    const { maxLeaving = Number.POSITIVE_INFINITY } = input.options;
    const more = chosen.filter((pod) => pod && pod.asked === undefined).length;
    if (more > 0 && situation.leaving + more > maxLeaving) {
      broken('R9', `${situation.leaving} leave and ${more} are taken with ${maxLeaving} allowed`);
    }
    // Asking again makes certain that a pod goes which may not have been asked for at all.
    const again = chosen.filter((pod) => pod?.asked === 'unanswered').length;
    const unanswered = input.observation.pods.filter((pod) => pod.asked === 'unanswered').length;
    const certain = situation.leaving - unanswered;
    if (again > 0 && certain + again > maxLeaving) {
      broken('R9', `${certain} leave and ${again} are asked again with ${maxLeaving} allowed`);
    }

    for (const { name, zone: other } of open) {
      if (taken.length > 0 && other !== zone)
        broken('R10', `${zone} is disrupted while ${name} of ${other} may still be evicted`);
    }
    const openHere = open.filter(
      (each) => each.zone === zone && !chosen.some((pod) => pod?.uid === each.uid),
    );
    const downOrOpen = new Set([...situation.namesDownIn(zone), ...openHere.map(({ name }) => name)]).size;
    if (taken.length > 0 && downOrOpen + taken.length > situation.maxUnavailable) {
      broken('R10', `${downOrOpen} down or about to be, and ${taken.length} taken`);
    }

    if (!input.observation.revisionObserved) broken('R6', 'the update revision is not observed yet');
    const fresh = chosen.find((pod) => pod && !pod.stale);
    if (fresh) broken('R6', `${fresh.name} is on the update revision`);
  }

  const idle = situation.candidates.filter((pod) => pod.unscheduled);
  if (idle.length > 0 && situation.canAct) {
    const taken =
      decision.kind === 'disrupt' && decision.pods.some(({ uid }) => idle.some((pod) => pod.uid === uid));
    if (!taken && situation.mayLeave)
      broken('R12', `${idle[0]?.name} never had a node, and the decision is ${decision.kind}`);
    return found;
  }

  const [only, second] = [...situation.zones].filter((zone) => situation.downIn(zone) > 0);
  if (only && !second && situation.canAct && !only.startsWith('?')) {
    const brokenHere = situation.candidates.filter(
      (pod) => pod.readySinceMs === undefined && situation.zoneOf(pod) === only,
    );
    if (brokenHere.length > 0 && situation.mayLeave) {
      const first = decision.kind === 'disrupt' ? decision.pods[0] : undefined;
      if (!brokenHere.some((pod) => pod.uid === first?.uid)) {
        broken(
          'R7',
          `${brokenHere[0]?.name} of ${only} is broken and stale, and the decision is ${decision.kind}`,
        );
      }
    }
  }
  if (second && decision.kind !== 'blocked' && !input.options.replaceUnready && situation.canAct) {
    if (situation.candidates.length > 0)
      broken('R7', `two zones disrupted, and the decision is ${decision.kind}`);
  }
  if (decision.kind === 'wait' && decision.for === 'leaving' && situation.mayLeave) {
    broken('R9', `waits with ${situation.leaving} leaving and ${input.options.maxLeaving} allowed`);
  }
  if (decision.kind === 'done' && situation.unfinished > 0) {
    broken('R8', `done with ${situation.unfinished} pods to go`);
  }
  return found;
}

/** The same facts, computed another way. */
function describe(input: RolloutInput, history: History) {
  const { observation, options, nowMs } = input;
  const down = (pod: ObservedPod) =>
    pod.terminating ||
    pod.asked !== undefined ||
    pod.readySinceMs === undefined ||
    nowMs - pod.readySinceMs < options.minReadyMs;
  const zoneOf = (pod: { name: string; zone?: string | undefined }) =>
    pod.zone ?? history.lastZones.get(pod.name) ?? `?${pod.name}`;
  const all = [...observation.pods, ...observation.missing.map((name) => ({ name }))];
  const zones = new Set(all.map(zoneOf));
  const allDown = all.filter((pod) => !('uid' in pod) || down(pod as ObservedPod));
  const namesDown = Map.groupBy(allDown, zoneOf);
  const namesDownIn = (zone: string) => (namesDown.get(zone) ?? []).map(({ name }) => name);
  const downIn = (zone: string) => namesDown.get(zone)?.length ?? 0;
  const known = [...zones].filter((zone) => !zone.startsWith('?'));
  const asked = mostDown(options.maxUnavailable, observation.replicas);
  const maxUnavailable =
    observation.orderedReady || (known.length < 2 && !options.singleZone) ? Math.min(1, asked) : asked;
  const position = (zone: string) => {
    const index = options.zoneOrder.indexOf(zone);
    return index < 0 ? options.zoneOrder.length : index;
  };
  const comesBefore = (a: ObservedPod, b: ObservedPod) => {
    const [first, second] = [zoneOf(a), zoneOf(b)];
    return first === second ? a.ordinal > b.ordinal : before(first, second);
  };
  const before = (a: string, b: string) => (position(a) === position(b) ? a < b : position(a) < position(b));
  const labelled = observation.pods.every((pod) => pod.node === undefined || pod.zone !== undefined);
  const leaving = observation.pods.filter((pod) => pod.terminating || pod.asked !== undefined).length;
  return {
    leaving,
    mayLeave: options.maxLeaving === undefined || leaving < options.maxLeaving,
    byUid: new Map(observation.pods.map((pod) => [pod.uid, pod])),
    down,
    zoneOf,
    zones,
    downIn,
    namesDownIn,
    maxUnavailable,
    comesBefore,
    candidates: observation.pods.filter((pod) => pod.stale && !pod.surplus && !pod.terminating),
    canAct: labelled && observation.revisionObserved && input.gates.every((gate) => gate.state === 'open'),
    unfinished:
      observation.missing.length +
      observation.pods.filter((pod) => !pod.surplus && (pod.stale || down(pod))).length,
  };
}

function mostDown(asked: RolloutInput['options']['maxUnavailable'], replicas: number): number {
  switch (asked.kind) {
    case 'count':
      return asked.count;
    case 'percent':
      return Math.ceil((replicas * asked.percent) / 100);
    case 'zone':
      return replicas;
  }
}
