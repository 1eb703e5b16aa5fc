/** Mistakes that other zone-aware rollout engines have made, by the number under which we keep them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from '../../../../shared/rollout/decide/decide.ts';
import { emptyMemory, remember } from '../../../../shared/rollout/decide/memory.ts';
import { parseRolloutOptions } from '../../../../shared/rollout/decide/options.ts';
import { planRollout } from '../../../../shared/rollout/decide/plan.ts';
import type { RolloutDecision } from '../../../../shared/rollout/decide/types.ts';
import { at, DOWN, input, NOW_MS, OPTIONS, observation, pod, sixPods, updated } from './builders.ts';

function names(decision: RolloutDecision): string[] {
  assert.equal(decision.kind, 'disrupt', JSON.stringify(decision));
  return decision.kind === 'disrupt' ? decision.pods.map(({ name }) => name) : [];
}

describe('pitfalls of other rollout engines', () => {
  it('19: a rollback is not blocked by broken pods in a zone that is not the first', () => {
    // zone-b has pods of the bad revision; the template is back at rev-1, so zone-a, which had been updated, is stale too.
    const pods = sixPods((ordinal) => (ordinal % 3 === 1 ? DOWN : ordinal % 3 === 2 ? { stale: false } : {}));
    assert.deepEqual(names(decide(input(observation(pods)))), ['ingester-4', 'ingester-1']);
  });

  it('20: pods without any zone block, they do not crash', () => {
    const decision = decide(input(observation([pod(0, undefined), pod(1, undefined)])));
    assert.equal(decision.kind, 'blocked');
    assert.ok(decision.kind === 'blocked' && decision.by === 'zone-label');
    assert.match(decision.fix, /^kubectl label node node-0 topology\.kubernetes\.io\/zone=ZONE$/);
    assert.equal(decide(input(observation([]))).kind, 'done');
    assert.equal(decide(input(observation([], { replicas: 1, missing: ['ingester-0'] }))).kind, 'wait');
  });

  it('21: a factor between 0 and 1 is refused, and planning moves nothing on', () => {
    for (const exponentialFactor of ['0.5', '0.999', '-1', 'two', '', 'NaN', 'Infinity']) {
      const parsed = parseRolloutOptions({ exponentialFactor });
      assert.ok('problems' in parsed, exponentialFactor);
      assert.match(parsed.problems[0] ?? '', /^exponentialFactor: /);
    }
    const memory = emptyMemory('rev-2');
    const before = JSON.stringify(memory);
    planRollout(observation(sixPods()), OPTIONS, memory, () => 1000);
    assert.equal(JSON.stringify(memory), before);
  });

  it('22: the same picture a second time takes no further pods', () => {
    const pods = observation(sixPods());
    const first = decide(input(pods, { memory: { ...emptyMemory('rev-2'), waves: 1 } }));
    assert.deepEqual(names(first), ['ingester-3', 'ingester-0']);
    assert.ok(first.kind === 'disrupt' && first.begins);
    const second = decide(input(pods, { memory: first.memory }));
    assert.deepEqual(names(second), ['ingester-3', 'ingester-0']);
    assert.ok(second.kind === 'disrupt' && !second.begins);
    assert.equal(second.memory.waves, first.memory.waves);
  });

  it('23: replacing broken pods does not make the waves grow, and does not bypass a gate', () => {
    const seen = observation(sixPods((ordinal) => (ordinal === 3 ? DOWN : {})));
    const decision = decide(input(seen));
    assert.deepEqual(names(decision), ['ingester-3']);
    assert.ok(decision.kind === 'disrupt' && decision.memory.waves === 0);

    const gates = [{ name: 'alarm', state: 'closed' as const, reason: 'too many errors' }];
    const held = decide(input(seen, { gates }));
    assert.ok(held.kind === 'wait' && held.for === 'gate');
    assert.equal(held.reason, 'waiting for alarm: too many errors');
  });

  it('24: an update revision that is not observed yet is not rolled to', () => {
    const decision = decide(input(observation(sixPods(), { revisionObserved: false })));
    assert.ok(decision.kind === 'wait' && decision.for === 'revision');
  });

  // 25, pods that only look like ours, is in observe.test.ts.

  it('26: stale pods that are down already are replaced even when they use the budget up', () => {
    const options = { ...OPTIONS, maxUnavailable: { kind: 'count' as const, count: 1 } };
    const seen = observation(sixPods((ordinal) => (ordinal % 3 === 2 ? DOWN : {})));
    assert.deepEqual(names(decide(input(seen, { options }))), ['ingester-5', 'ingester-2']);
  });

  it('27: a zone that is held and not whole keeps every other zone waiting', () => {
    const half = sixPods((ordinal) => (ordinal === 3 ? { ...updated(3), ...DOWN } : {}));
    const memory = { ...emptyMemory('rev-2'), zone: 'zone-a', waves: 1 };
    const gates = [{ name: 'alarm', state: 'unknown' as const, reason: 'no answer' }];
    assert.equal(decide(input(observation(half), { memory, gates })).kind, 'wait');
    const open = decide(input(observation(half), { memory }));
    assert.ok(open.kind === 'wait' && open.for === 'availability');
    assert.equal(open.reason, 'waiting for zone-a: ingester-3 (CrashLoopBackOff)');
  });

  it('28: OrderedReady takes one pod at a time', () => {
    const options = { ...OPTIONS, exponentialFactor: 0 };
    assert.deepEqual(names(decide(input(observation(sixPods(), { orderedReady: true }), { options }))), [
      'ingester-3',
    ]);
  });

  it('29: a pod that the spec asks for and that does not exist yet counts as down', () => {
    const seen = observation(sixPods(), { replicas: 7, missing: ['ingester-6'] });
    const decision = decide(input(seen));
    assert.ok(decision.kind === 'wait' && decision.for === 'availability');
    assert.equal(decision.reason, 'waiting for unknown zone: ingester-6 (missing)');
  });
});

describe('two zones disrupted', () => {
  const twoZones = observation(sixPods((ordinal) => (ordinal < 2 ? DOWN : {})));

  it('blocks, and says what would change it', () => {
    const decision = decide(input(twoZones));
    assert.ok(decision.kind === 'blocked' && decision.by === 'two-zones');
    assert.equal(
      decision.reason,
      'pods are down in 2 zones: zone-a: ingester-0 (CrashLoopBackOff); zone-b: ingester-1 (CrashLoopBackOff)',
    );
    assert.match(decision.fix, /--replace-unready replaces the 2 unready pods on an old revision/);
  });

  it('with --replace-unready replaces only what is broken, a zone at a time', () => {
    const options = { ...OPTIONS, replaceUnready: true };
    assert.deepEqual(names(decide(input(twoZones, { options }))), ['ingester-0']);
  });

  it('says that replacing would not help when the broken pods are new', () => {
    const seen = observation(sixPods((ordinal) => (ordinal < 2 ? { ...updated(ordinal), ...DOWN } : {})));
    const decision = decide(input(seen, { options: { ...OPTIONS, replaceUnready: true } }));
    assert.ok(decision.kind === 'blocked');
    assert.match(decision.fix, /replacing these pods would not help/);
  });
});

describe('shapes of workloads (R8)', () => {
  it('rounds percentages up, of all replicas', () => {
    const options = {
      ...OPTIONS,
      exponentialFactor: 0,
      maxUnavailable: { kind: 'percent' as const, percent: 17 },
    };
    assert.deepEqual(names(decide(input(observation(sixPods()), { options }))), ['ingester-3', 'ingester-0']);
    const least = { ...options, maxUnavailable: { kind: 'percent' as const, percent: 1 } };
    assert.deepEqual(names(decide(input(observation(sixPods()), { options: least }))), ['ingester-3']);
  });

  it('takes one pod at a time in a cluster of one zone', () => {
    const pods = [pod(0, 'zone-a'), pod(1, 'zone-a'), pod(2, 'zone-a')];
    const options = { ...OPTIONS, exponentialFactor: 0 };
    assert.deepEqual(names(decide(input(observation(pods), { options }))), ['ingester-2']);
  });

  it('is done at once with 0 replicas', () => {
    assert.deepEqual(decide(input(observation([], { replicas: 0 }))), {
      kind: 'done',
      reason: 'nothing to do: the workload has 0 replicas',
    });
  });

  it('leaves pods alone that are about to be scaled away, and counts them while they are down', () => {
    const surplus = sixPods((ordinal) => (ordinal > 3 ? { surplus: true, terminating: true } : {}));
    const decision = decide(input(observation(surplus, { replicas: 4 })));
    assert.ok(decision.kind === 'blocked' && decision.by === 'two-zones');
    const settled = observation(sixPods().slice(0, 4), { replicas: 4 });
    assert.deepEqual(names(decide(input(settled))), ['ingester-3']);
  });

  it('blocks when one node has lost its label, whatever zone the pod was in before', () => {
    const seen = observation(sixPods());
    const memory = remember(emptyMemory('rev-2'), seen, OPTIONS, at(NOW_MS));
    const lost = observation(sixPods((ordinal) => (ordinal === 5 ? { zone: undefined } : {})));
    const decision = decide(input(lost, { memory }));
    assert.ok(decision.kind === 'blocked' && decision.by === 'zone-label');
    assert.equal(
      decision.reason,
      'the zone of ingester-5 is unknown: node node-5 has no label topology.kubernetes.io/zone',
    );
  });

  it('does not blame the labels of nodes that may not be listed', () => {
    const seen = observation(
      sixPods(() => ({ zone: undefined })),
      { nodesForbidden: true },
    );
    const decision = decide(input(seen));
    assert.ok(decision.kind === 'blocked' && decision.by === 'zone-label');
    assert.match(
      decision.reason,
      /there is no permission to list nodes, and these pods carry no copy of the node label .*Kubernetes 1\.35/,
    );
    assert.equal(decision.fix, 'ask for a ClusterRole that allows list and watch on nodes');
  });
});

describe('soak and min-ready', () => {
  it('waits for the soak time before the next zone, and says until when', () => {
    const options = { ...OPTIONS, soakMs: 60_000 };
    const seen = observation(sixPods((ordinal) => (ordinal % 3 === 0 ? updated(ordinal) : {})));
    const zoneWholeSinceMs = at(NOW_MS - 20_000).monotonicMs;
    const memory = { ...emptyMemory('rev-2'), zone: 'zone-a', zoneWholeSinceMs, waves: 2 };
    const soaking = decide(input(seen, { options, memory }));
    assert.ok(soaking.kind === 'wait' && soaking.for === 'soak');
    assert.equal(soaking.recheckAtMs, NOW_MS + 40_000);
    const soaked = decide(input(seen, { options, memory, nowMs: NOW_MS + 40_000 }));
    assert.deepEqual(names(soaked), ['ingester-4', 'ingester-1']);
  });

  it('soaks neither longer nor shorter when a clock is set', () => {
    const options = { ...OPTIONS, soakMs: 60_000 };
    const seen = observation(sixPods((ordinal) => (ordinal % 3 === 0 ? updated(ordinal) : {})));
    const zoneWholeSinceMs = at(NOW_MS).monotonicMs;
    const memory = { ...emptyMemory('rev-2'), zone: 'zone-a', zoneWholeSinceMs, waves: 2 };
    for (const setMs of [3_600_000, -3_600_000]) {
      const later = (passedMs: number) => {
        const nowMs = NOW_MS + passedMs + setMs;
        return decide(input(seen, { options, memory, ...at(NOW_MS + passedMs), nowMs }));
      };
      const soaking = later(59_999);
      assert.ok(soaking.kind === 'wait' && soaking.for === 'soak');
      assert.equal(soaking.recheckAtMs, NOW_MS + 60_000 + setMs);
      assert.deepEqual(names(later(60_000)), ['ingester-4', 'ingester-1']);
    }
  });

  it('waits until a pod has been ready for long enough, and says until when', () => {
    const options = { ...OPTIONS, minReadyMs: 10_000 };
    const fresh = { ...updated(3), readySinceMs: NOW_MS - 4_000 };
    const seen = observation(sixPods((ordinal) => (ordinal === 3 ? fresh : {})));
    const decision = decide(input(seen, { options }));
    assert.ok(decision.kind === 'wait' && decision.for === 'availability');
    assert.equal(decision.recheckAtMs, NOW_MS + 6_000);
    assert.equal(decision.reason, 'waiting for zone-a: ingester-3 (ready for too short a time)');
  });

  it('does not compare clocks when no time is asked for', () => {
    const ahead = { ...updated(3), readySinceMs: NOW_MS + 900 };
    const seen = observation(sixPods((ordinal) => (ordinal === 3 ? ahead : {})));
    assert.deepEqual(names(decide(input(seen))), ['ingester-0']);
  });
});
