/** The rules of the drain as assertions about a decision, written from the issue and not from the code. */
import type { DrainDecision, DrainInput, DrainPod, Evict } from '../../../../plugin/drain/decide/types.ts';
import { cannotGo, type History, zonesInOrder } from './history.ts';
import type { ModelCluster } from './model.ts';

export type Rule = 'D1' | 'D2' | 'D3' | 'D4' | 'D5' | 'D6' | 'D7' | 'D8';

export interface Violation {
  rule: Rule;
  what: string;
}

/**
 * Every rule that the decision breaks in the situation `input`.
 *
 * @param fresh the truth, where the observation shows all of it
 */
export function violations(
  input: DrainInput,
  decision: DrainDecision,
  history: History,
  fresh: ModelCluster | undefined,
): Violation[] {
  const found: Violation[] = [];
  const broken = (rule: Rule, what: string) => found.push({ rule, what });
  const { observation, options, nowMs } = input;
  const situation = describe(input, history);

  if (decision.kind === 'cordon') {
    const nodes = decision.nodes.map((name) => observation.nodes.find((node) => node.name === name));
    const batch = new Set(decision.memory.batch);
    if (nodes.some((node) => !node || node.zone !== decision.zone)) broken('D1', 'a node of another zone');
    if (nodes.some((node) => node?.cordoned)) broken('D3', 'a node that is cordoned already');
    if (nodes.some((node) => node && !batch.has(node.name))) broken('D3', 'a node outside of the batch');
    const again = !decision.begins && sameNames(batch, history.batch);
    if (again && nodes.length === 0) broken('D5', 'cordons nothing again');
    const full = [...batch].filter((name) => situation.podsOn(name).length > 0);
    if (!again && full.length > (options.maxNodes ?? Number.POSITIVE_INFINITY)) {
      broken('D3', `${full.length} nodes at once`);
    }
    if (!again && situation.waitedFor.length > 0) broken('D2', `${situation.waitedFor[0]?.key} is not whole`);
    if (!again && situation.inBatch.length > 0) broken('D3', 'the batch before still has pods');
    const onBatch = observation.pods.filter((pod) => batch.has(pod.node) && !cannotGo(pod, observation));
    const unclaimed = onBatch.map(situation.workload).find((each) => each?.unclaimed ?? each?.rolloutHolder);
    if (!again && unclaimed) broken('D8', `cordons nodes of ${unclaimed.key} without its Lease`);
    if (decision.begins) {
      if (decision.zone !== situation.firstZone) broken('D1', `begins before ${situation.firstZone}`);
      const going = observation.pods.find((pod) => pod.zone !== decision.zone && situation.isOurs(pod));
      if (going) broken('D1', `${going.name} is still going in ${going.zone}`);
      const wholeForMs = nowMs - (history.wholeSinceMs ?? nowMs);
      if (history.asked && wholeForMs < options.soakMs) broken('D2', `soaked for ${wholeForMs} ms only`);
      if (!situation.hasWork(decision.zone)) broken('D1', 'begins a zone without work');
    } else if (!history.begun || decision.zone !== history.zone) {
      broken('D1', 'goes on with a zone that was not begun');
    }
  }

  if (decision.kind === 'evict') {
    for (const what of wrongWithPods(decision, input, history)) found.push(what);
    if (fresh) for (const what of refusals(decision, input, fresh)) broken('D4', what);
  }

  const held = 'held' in decision ? decision.held : [];
  for (const { pod, by } of held) {
    const workload = situation.workload(pod);
    const justified = {
      refused: pod.refused !== undefined,
      rollout: workload?.rolloutHolder !== undefined || workload?.unclaimed !== undefined,
      'zone-budget': pod.zoneBudgets.length > 0,
      'pod-budget': pod.podBudgets.length > 0,
      'other-zone': workload !== undefined && workload.guard !== 'zone-budget',
    }[by];
    if (!justified) broken('D4', `${pod.name} is held by ${by} for nothing`);
  }
  if (decision.kind === 'evict' || (decision.kind === 'wait' && situation.inBatch.length > 0)) {
    const named = new Set([
      ...(decision.kind === 'evict' ? decision.pods : []),
      ...held.map(({ pod }) => pod),
    ]);
    const forgotten = situation.inBatch.find((pod) => !pod.terminating && !pod.asked && !named.has(pod));
    if (forgotten) broken('D5', `${forgotten.name} is neither asked for nor held`);
  }

  if (decision.kind === 'wait') {
    const wakes = {
      deletion: observation.pods.some((pod) => pod.terminating || pod.asked),
      budget: held.length > 0,
      rollout: decision.yields === true || held.some(({ by }) => by === 'rollout'),
      whole: situation.waitedFor.length > 0,
      soak: decision.recheckAtMs !== undefined && history.hadPods && options.soakMs > 0,
      // Not the decision's own to say.
      probe: false,
    }[decision.for];
    if (!wakes) broken('D5', `waits for ${decision.for}, which nothing ends`);
    if (decision.recheckAtMs !== undefined && decision.recheckAtMs <= nowMs)
      broken('D5', 'waits for the past');
    const expired = situation.unschedulable.some((sinceMs) => sinceMs + options.pendingMs <= nowMs);
    if (decision.for === 'whole' && expired) broken('D6', 'waits for a pod that no node can run');
    const pending = situation.unschedulable.length > 0 && decision.for === 'whole';
    if (pending && decision.recheckAtMs === undefined) broken('D6', 'waits without an end');
  }

  if (decision.kind === 'blocked' && decision.by === 'unschedulable') {
    const soonest = Math.min(...situation.unschedulable);
    if (soonest + options.pendingMs > nowMs) broken('D6', 'gives up too early');
    const node = /^kubectl uncordon ([^ ,]+)/.exec(decision.fix)?.[1];
    const cordoned = observation.nodes.filter((each) => each.cordoned).map(({ name }) => name);
    if (cordoned.length > 0 && !cordoned.includes(node ?? '')) broken('D6', `names ${node} to uncordon`);
  }

  if ((decision.kind === 'blocked' && decision.by === 'zone-label') || decision.kind === 'done') {
    const rule = decision.kind === 'done' ? 'D2' : 'D7';
    if (situation.firstZone !== 'none') broken(rule, `${situation.firstZone} is not drained`);
    if (situation.waitedFor.length > 0) broken(rule, `${situation.waitedFor[0]?.key} is not whole`);
    const left = observation.pods.some((pod) => cannotGo(pod, observation));
    if (left !== (decision.kind === 'blocked')) broken('D7', left ? 'leaves pods' : 'no pod needs a label');
  }
  return found;
}

function wrongWithPods(decision: Evict, input: DrainInput, history: History): Violation[] {
  const found: Violation[] = [];
  const broken = (rule: Rule, what: string) => found.push({ rule, what });
  const { observation } = input;
  if (!history.begun || decision.zone !== history.zone) broken('D1', 'evicts in a zone that was not begun');
  if (decision.pods.length === 0) broken('D4', 'evicts nothing');
  const zones = new Set(
    observation.pods.filter((pod) => history.removed.has(pod.uid)).map(({ zone }) => zone),
  );
  zones.add(decision.zone);
  if (zones.size > 1) broken('D1', `pods of ${[...zones].join(' and ')} are removed together`);
  for (const pod of decision.pods) {
    const seen = observation.pods.find(({ uid }) => uid === pod.uid);
    const node = observation.nodes.find(({ name }) => name === pod.node);
    const workload = observation.workloads.find(({ key }) => key === pod.workload);
    if (pod.zone !== decision.zone) broken('D1', `${pod.name} is of ${pod.zone}`);
    if (!node?.cordoned) broken('D3', `${pod.name} is on ${pod.node}, which is not cordoned`);
    if (!history.batch.has(pod.node)) broken('D3', `${pod.node} is not in the batch`);
    if (!seen || seen.terminating || seen.asked) broken('D4', `${pod.name} is going already`);
    if (seen?.refused !== undefined) broken('D4', `${pod.name} was refused`);
    if (workload?.rolloutHolder !== undefined) broken('D4', `${pod.name} is rolled out`);
    if (workload?.unclaimed) broken('D8', `${pod.name} goes without its Lease`);
    if (pod.zoneBudgets.length > 1) broken('D4', `${pod.name} has two budgets`);
    const own = pod.zone ?? `?${pod.name}`;
    const ignored =
      workload && input.options.ignoreBroken.includes(`${workload.namespace}/${workload.label}`);
    const counted = workload && ignored ? history.newlyDown(workload) : workload?.zones;
    const elsewhere = counted?.some((zone) => zone.zone !== own && zone.down.length > 0);
    const others = [...decision.pods, ...observation.pods.filter((each) => each.terminating || each.asked)];
    const going = others.some(
      (each) => each.workload === pod.workload && (each.zone ?? `?${each.name}`) !== own,
    );
    const kept = workload && workload.guard !== 'zone-budget';
    if (kept && (elsewhere || going)) {
      broken('D4', `${pod.name} goes while pods of another zone are down or going`);
    }
  }
  const firstAvailable = decision.pods.findIndex((pod) => pod.available);
  if (firstAvailable >= 0 && decision.pods.slice(firstAvailable).some((pod) => !pod.available)) {
    broken('D4', 'an available pod goes before one that is down');
  }
  return found;
}

/** Plays the requests on a copy of the truth: none is refused, and none that would be admitted is held. */
function refusals(decision: Evict, { observation }: DrainInput, fresh: ModelCluster): string[] {
  const world = fresh.clone();
  world.freezePodBudgets();
  const asked = observation.pods.filter((pod) => pod.asked && !pod.terminating);
  for (const { uid } of asked) world.evict(uid);
  const found = decision.pods.flatMap(({ uid, name }) => {
    const refusal = world.evict(uid);
    return refusal === undefined ? [] : [`${name} is refused: ${refusal}`];
  });
  if (asked.length > 0) return found;
  for (const { pod, by } of decision.held) {
    if (by !== 'zone-budget' && by !== 'pod-budget') continue;
    if (world.evict(pod.uid) === undefined) found.push(`${pod.name} is held by ${by} and would be admitted`);
  }
  return found;
}

function describe(input: DrainInput, history: History) {
  const { observation } = input;
  const podsOn = (node: string) =>
    observation.pods.filter((pod) => pod.node === node && !cannotGo(pod, observation));
  const hasWork = (zone: string | undefined) =>
    observation.nodes.some((node) => node.zone === zone && (!node.cordoned || podsOn(node.name).length > 0));
  const waitedFor = history.waitedFor(observation);
  const zones = zonesInOrder(input).filter(hasWork);
  return {
    podsOn,
    hasWork,
    waitedFor,
    firstZone: zones.length > 0 ? zones[0] : 'none',
    inBatch: [...history.batch].flatMap(podsOn).filter((pod) => pod.zone === history.zone),
    unschedulable: waitedFor.flatMap((workload) => {
      const zones = new Set(history.newlyDown(workload).map(({ zone }) => zone));
      const down = workload.down.filter(({ name, zone }) => zones.has(zone ?? `?${name}`));
      return down.flatMap((pod) => pod.unschedulable?.sinceMs ?? []);
    }),
    isOurs: (pod: DrainPod) => history.removed.has(pod.uid) && (pod.terminating || pod.asked),
    workload: (pod: DrainPod) => observation.workloads.find(({ key }) => key === pod.workload),
  };
}

function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}
