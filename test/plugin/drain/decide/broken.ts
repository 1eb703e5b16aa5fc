import { decideDrain } from '../../../../plugin/drain/decide/decide.ts';
import type { DrainInput, DrainObservation, DrainPod } from '../../../../plugin/drain/decide/types.ts';
import type { Rule } from './invariants.ts';
import type { Decide } from './simulate.ts';

/** Decisions that break one rule each, most by looking at the world through glasses that hide what the rule is about. */
export const brokenDecisions: readonly { rule: Rule; how: string; decide: Decide }[] = [
  {
    rule: 'D1',
    how: 'ignores --zone-order',
    decide: (input) => decideDrain({ ...input, options: { ...input.options, zoneOrder: [] } }),
  },
  {
    rule: 'D1',
    how: 'does not see pods that are still going',
    decide: (input) => seeing(input, { pods: input.observation.pods.filter((pod) => !isGoing(pod)) }),
  },
  {
    rule: 'D2',
    how: 'takes every workload for whole',
    decide: (input) => seeing(input, { workloads: input.observation.workloads.map(healed) }),
  },
  {
    rule: 'D2',
    how: 'excuses whatever is broken',
    decide: (input) => {
      const excuses = input.observation.workloads.map(({ key, zones }) => ({
        key,
        sinceMs: 0,
        total: zones.reduce((sum, { down }) => sum + down.length, 0),
        zones: zones.map(({ zone, down }) => ({ zone, down: down.length })),
      }));
      return decideDrain({ ...input, memory: { ...input.memory, excuses } });
    },
  },
  {
    rule: 'D2',
    how: 'does not soak',
    decide: (input) => decideDrain({ ...input, options: { ...input.options, soakMs: 0 } }),
  },
  {
    rule: 'D2',
    how: 'calls it done at the first wait',
    decide: (input) => {
      const decision = decideDrain(input);
      return decision.kind === 'wait' ? { kind: 'done', reason: '' } : decision;
    },
  },
  {
    rule: 'D3',
    how: 'takes every node for cordoned',
    decide: (input) =>
      seeing(input, { nodes: input.observation.nodes.map((node) => ({ ...node, cordoned: true })) }),
  },
  {
    rule: 'D3',
    how: 'ignores --max-nodes',
    decide: (input) => decideDrain({ ...input, options: { ...input.options, maxNodes: undefined } }),
  },
  {
    rule: 'D4',
    how: 'asks again for what was refused',
    decide: withPods((pod) => ({ ...pod, refused: undefined })),
  },
  {
    rule: 'D4',
    how: 'forgets what it has asked for',
    decide: withPods((pod) => ({ ...pod, asked: false })),
  },
  {
    rule: 'D4',
    how: 'does not know zone budgets',
    decide: withPods((pod) => ({ ...pod, zoneBudgets: [] })),
  },
  {
    rule: 'D4',
    how: 'does not know PodDisruptionBudgets',
    decide: withPods((pod) => ({ ...pod, podBudgets: [] })),
  },
  {
    rule: 'D4',
    how: 'does not keep unguarded workloads to one zone',
    decide: withPods((pod) => ({ ...pod, workload: undefined })),
  },
  {
    rule: 'D4',
    how: 'takes other zones than the one that was broken before it',
    decide: (input) => {
      const broken = input.memory.excuses.map(({ key }) => key);
      const ignoreBroken = input.observation.workloads
        .filter(({ key }) => broken.includes(key))
        .map(({ namespace, label }) => `${namespace}/${label}`);
      return decideDrain({ ...input, options: { ...input.options, ignoreBroken } });
    },
  },
  {
    rule: 'D4',
    how: 'does not see rollouts',
    decide: (input) =>
      seeing(input, {
        workloads: input.observation.workloads.map((each) => ({ ...each, rolloutHolder: undefined })),
      }),
  },
  {
    rule: 'D4',
    how: 'holds back all but one pod',
    decide: (input) => {
      const decision = decideDrain(input);
      if (decision.kind !== 'evict') return decision;
      const [first, ...others] = decision.pods;
      const more = others.map((pod) => ({ pod, by: 'zone-budget' as const, reason: '' }));
      return { ...decision, pods: first ? [first] : [], held: [...decision.held, ...more] };
    },
  },
  {
    rule: 'D8',
    how: 'takes no Leases',
    decide: (input) =>
      seeing(input, {
        workloads: input.observation.workloads.map((each) => ({ ...each, unclaimed: undefined })),
      }),
  },
  {
    rule: 'D5',
    how: 'waits for a soak without saying until when',
    decide: (input) => {
      const decision = decideDrain(input);
      return decision.kind === 'wait' ? { ...decision, recheckAtMs: undefined } : decision;
    },
  },
  {
    rule: 'D6',
    how: 'waits for pods that no node can run',
    decide: (input) =>
      decideDrain({ ...input, options: { ...input.options, pendingMs: Number.POSITIVE_INFINITY } }),
  },
  {
    rule: 'D6',
    how: 'gives up at once on pods that no node can run',
    decide: (input) => decideDrain({ ...input, options: { ...input.options, pendingMs: 0 } }),
  },
  {
    rule: 'D7',
    how: 'leaves pods that need a zone label and says nothing',
    decide: (input) => {
      const decision = decideDrain(input);
      return decision.kind === 'blocked' && decision.by === 'zone-label'
        ? { kind: 'done', reason: '' }
        : decision;
    },
  },
];

function seeing(input: DrainInput, change: Partial<DrainObservation>): ReturnType<Decide> {
  return decideDrain({ ...input, observation: { ...input.observation, ...change } });
}

function withPods(change: (pod: DrainPod) => DrainPod): Decide {
  return (input) => {
    const originals = new Map(input.observation.pods.map((pod) => [pod.uid, pod]));
    const decision = seeing(input, { pods: input.observation.pods.map(change) });
    if (decision.kind !== 'evict') return decision;
    return { ...decision, pods: decision.pods.map((pod) => originals.get(pod.uid) ?? pod) };
  };
}

function healed(workload: DrainObservation['workloads'][number]) {
  return { ...workload, down: [], zones: workload.zones.map((zone) => ({ ...zone, down: [] })) };
}

function isGoing(pod: DrainPod): boolean {
  return pod.terminating || pod.asked;
}
