import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideDrain } from '../../../../plugin/drain/decide/decide.ts';
import { emptyDrainMemory } from '../../../../plugin/drain/decide/memory.ts';
import type { DrainDecision, DrainObservation } from '../../../../plugin/drain/decide/types.ts';
import {
  begun,
  input,
  NOW_MS,
  node,
  OPTIONS,
  observation,
  pod,
  UNGUARDED,
  unschedulable,
  web,
  workload,
  zoneBudget,
} from './builders.ts';

const [a1, a2, b1, x1] = [
  node('a1', 'zone-a', true),
  node('a2', 'zone-a', true),
  node('b1', 'zone-b', true),
  node('x1', undefined, true),
];

function decided<Kind extends DrainDecision['kind']>(
  decision: DrainDecision,
  kind: Kind,
): Extract<DrainDecision, { kind: Kind }> {
  assert.equal(decision.kind, kind, JSON.stringify(decision));
  return decision as Extract<DrainDecision, { kind: Kind }>;
}

describe('from zone to zone', () => {
  const nodes = [node('a1', 'zone-a'), node('a2', 'zone-a'), node('b1', 'zone-b')];
  const open = observation({ nodes, pods: nodes.map((each, index) => pod(`ingester-${index}`, each)) });

  it('begins with all nodes of the first zone, and says so', () => {
    const cordon = decided(decideDrain(input(open)), 'cordon');
    assert.deepEqual([cordon.zone, cordon.nodes, cordon.begins], ['zone-a', ['a1', 'a2'], true]);
    assert.match(cordon.reason, /zone-a begins: 2 nodes with 2 pods to evict/);
  });

  it('passes over what is cordoned and empty', () => {
    const seen = { ...open, nodes: [a1, a2, ...nodes.slice(2)], pods: open.pods.slice(2) };
    assert.equal(decided(decideDrain(input(seen)), 'cordon').zone, 'zone-b');
  });

  it('begins no zone while pods of another are going, whoever removes them', () => {
    const going = pod('loose', b1, { workload: undefined, zoneBudgets: [], terminating: true });
    const seen = { ...open, nodes: [...nodes.slice(0, 2), b1], pods: [...open.pods.slice(0, 2), going] };
    const wait = decided(decideDrain(input(seen)), 'wait');
    assert.equal(wait.for, 'deletion');
    assert.match(
      wait.reason,
      /^waiting for 1 pod of another zone to terminate: loose, before zone-a begins$/,
    );
  });

  it('waits for what is down with names, counts and what it is that does not begin', () => {
    const seen = { ...open, workloads: [workload({ 'ingester-7': 'zone-c' })] };
    const memory = { ...emptyDrainMemory(), known: ['ingester'] };
    const wait = decided(decideDrain(input(seen, { memory })), 'wait');
    assert.equal(wait.for, 'whole');
    assert.equal(
      wait.reason,
      'statefulset/ingester in prod has 1 of 7 pods down: ingester-7 (missing), before zone-a begins',
    );
  });

  it('does not wait for what was down before the drain, and says that it is', () => {
    const seen = { ...open, workloads: [workload({ 'ingester-7': 'zone-c' })] };
    const { reason } = decided(decideDrain(input(seen)), 'cordon');
    assert.match(
      reason,
      /; all workloads healthy, except those that were not before the drain: statefulset\/ingester in prod \(ingester-7\)$/,
    );
  });

  it('holds pods beside another zone that was down before, ends after a while, and says how to go on', () => {
    const broken = web({ 'web-9': 'zone-c' });
    const seen = observation({ nodes: [a1], pods: [pod('web-1', a1, UNGUARDED)], workloads: [broken] });
    const excuses = [
      { key: 'web', sinceMs: NOW_MS - 59_999, total: 1, zones: [{ zone: 'zone-c', down: 1 }] },
    ];
    const memory = { ...begun('zone-a', a1), excuses };
    const wait = decided(decideDrain(input(seen, { memory })), 'wait');
    assert.equal(wait.recheckAtMs, NOW_MS + 1);
    assert.match(wait.fix ?? '', /--ignore-broken prod\/deployment\/web$/);
    const { by, reason } = decided(decideDrain(input(seen, { memory, nowMs: NOW_MS + 1 })), 'blocked');
    assert.equal(by, 'broken');
    assert.equal(
      reason,
      '1 pod of zone-a (web-1): deployment/web in prod is drained one zone at a time: web-9 of zone-c down, since before the drain',
    );
    const options = { ...OPTIONS, ignoreBroken: ['prod/deployment/web'] };
    decided(decideDrain(input(seen, { memory, options })), 'evict');
  });

  it('soaks after a zone that had pods, and says until when', () => {
    const memory = { ...begun('zone-a', a1, a2), touched: true, wholeSinceMs: NOW_MS - 1_000 };
    const seen = { ...open, nodes: [a1, a2, ...nodes.slice(2)], pods: open.pods.slice(2) };
    const options = { ...OPTIONS, soakMs: 30_000 };
    const wait = decided(decideDrain(input(seen, { memory, options })), 'wait');
    assert.deepEqual([wait.for, wait.recheckAtMs], ['soak', NOW_MS + 29_000]);
    const untouched = { ...memory, touched: false };
    decided(decideDrain(input(seen, { memory: untouched, options })), 'cordon');
  });

  it('ends when all is drained and whole, without a soak', () => {
    const memory = { ...begun('zone-b', b1), touched: true, wholeSinceMs: NOW_MS };
    const seen = observation({ nodes: [a1, a2, b1] });
    const done = decideDrain(input(seen, { memory, options: { ...OPTIONS, soakMs: 30_000 } }));
    assert.deepEqual(done, { kind: 'done', reason: '3 nodes are drained' });
    const down = { ...seen, workloads: [workload({ 'ingester-7': 'zone-b' })] };
    assert.equal(decided(decideDrain(input(down, { memory })), 'wait').for, 'whole');
  });
});

describe('within a zone', () => {
  it('asks for everything that may go, the highest ordinal first', () => {
    const pods = ['ingester-2', 'ingester-10', 'ingester-1'].map((name) => pod(name, a1));
    const seen = observation({ nodes: [a1], pods });
    const evict = decided(decideDrain(input(seen, { memory: begun('zone-a', a1) })), 'evict');
    assert.deepEqual(
      evict.pods.map(({ name }) => name),
      ['ingester-10', 'ingester-2', 'ingester-1'],
    );
  });

  it('waits for those that are going when there is nothing else to do', () => {
    const pods = [pod('ingester-1', a1, { terminating: true }), pod('ingester-2', a1, { asked: true })];
    const wait = decided(
      decideDrain(input(observation({ nodes: [a1], pods }), { memory: begun('zone-a', a1) })),
      'wait',
    );
    assert.deepEqual([wait.for, wait.recheckAtMs], ['deletion', undefined]);
    assert.equal(wait.reason, 'waiting for 2 pods of zone-a to terminate: ingester-1, ingester-2');
  });

  it('waits for a rollout, and names who holds it', () => {
    const rolling = workload({}, { rolloutHolder: 'alice@host' });
    const seen = observation({ nodes: [a1], pods: [pod('ingester-1', a1)], workloads: [rolling] });
    const wait = decided(decideDrain(input(seen, { memory: begun('zone-a', a1) })), 'wait');
    assert.equal(wait.for, 'rollout');
    assert.match(wait.reason, /statefulset\/ingester in prod is being rolled out by alice@host/);
  });

  it('asks for nothing while requests of an earlier holder may still be carried out, and keeps its Leases', () => {
    const settling = workload({}, { settling: 'evictions requested by bert may still be carried out' });
    const seen = observation({ nodes: [a1], pods: [pod('ingester-1', a1)], workloads: [settling] });
    const held = decided(decideDrain(input(seen, { memory: begun('zone-a', a1) })), 'wait');
    assert.deepEqual([held.for, held.yields], ['rollout', undefined]);
    assert.match(held.reason, /statefulset\/ingester in prod: evictions requested by bert may still/);
    const open = { ...seen, nodes: [node('a1', 'zone-a')] };
    const before = decided(decideDrain(input(open)), 'wait');
    assert.deepEqual([before.for, before.yields], ['rollout', undefined]);
    assert.match(before.reason, /carried out, before zone-a begins$/);
  });

  it('takes the Leases of all workloads under a zone budget before it takes pods of one', () => {
    const free = { unclaimed: { problem: undefined }, zoneBudgets: ['prod/ingester'] };
    const [own, mate] = [workload({}, free), { ...web(), ...free }];
    const open = observation({
      nodes: [node('a1', 'zone-a')],
      pods: [pod('ingester-1', a1)],
      workloads: [own, mate],
    });
    assert.deepEqual(decided(decideDrain(input(open)), 'claim').workloads, ['ingester', 'web']);
    const ours = { ...own, unclaimed: undefined };
    const another = { ...mate, unclaimed: undefined, rolloutHolder: 'bert@desk/8/drain-x' };
    const wait = decided(decideDrain(input({ ...open, workloads: [ours, another] })), 'wait');
    assert.match(wait.reason, /^deployment\/web in prod is being drained by bert@desk/);
    const begunThere = { ...open, nodes: [a1], workloads: [ours, another] };
    const held = decided(decideDrain(input(begunThere, { memory: begun('zone-a', a1) })), 'wait');
    assert.deepEqual([held.for, held.held.map(({ by }) => by)], ['rollout', ['rollout']]);
  });

  it('says what a budget waits for', () => {
    const down = workload({ 'ingester-7': 'zone-c' });
    const seen = observation({ nodes: [a1], pods: [pod('ingester-1', a1)], workloads: [down] });
    const wait = decided(decideDrain(input(seen, { memory: begun('zone-a', a1) })), 'wait');
    assert.equal(wait.for, 'budget');
    assert.equal(
      wait.reason,
      '1 pod of zone-a (ingester-1): budget prod/ingester allows one zone at a time: zone-c has 1 of 3 pods down',
    );
  });

  it('cordons again what somebody has uncordoned', () => {
    const seen = observation({ nodes: [node('a1', 'zone-a'), a2], pods: [pod('ingester-1', a2)] });
    const cordon = decided(decideDrain(input(seen, { memory: begun('zone-a', a1, a2) })), 'cordon');
    assert.deepEqual([cordon.nodes, cordon.begins], [['a1'], false]);
    assert.match(cordon.reason, /a1 is no longer cordoned while zone-a is drained/);
  });

  it('takes the next nodes when those before are empty and all is whole', () => {
    const nodes = [a1, node('a2', 'zone-a'), node('a3', 'zone-a')];
    const pods = nodes.slice(1).map((each) => pod(`on-${each.name}`, each));
    const options = { ...OPTIONS, maxNodes: 1, soakMs: 30_000 };
    const memory = begun('zone-a', a1);
    const cordon = decided(decideDrain(input(observation({ nodes, pods }), { memory, options })), 'cordon');
    assert.deepEqual([cordon.nodes, cordon.begins, cordon.memory.batch], [['a2'], false, ['a2']]);
    const down = observation({ nodes, pods, workloads: [workload({ 'ingester-7': 'zone-a' })] });
    const wait = decided(decideDrain(input(down, { memory, options })), 'wait');
    assert.match(wait.reason, /before the next nodes of zone-a/);
  });
});

describe('pods that no node takes', () => {
  const waiting = (sinceMs: number, change: Partial<DrainObservation> = {}) =>
    decideDrain(
      input(observation({ nodes: [a1, a2], workloads: [unschedulable(sinceMs)], ...change }), {
        memory: begun('zone-a', a1, a2),
      }),
    );

  it('are waited for as long as asked', () => {
    const wait = decided(waiting(NOW_MS - 10_000), 'wait');
    assert.deepEqual([wait.for, wait.recheckAtMs], ['whole', NOW_MS + 50_000]);
  });

  it('then stop the drain, with the pod, the reason and the node to uncordon', () => {
    const blocked = decided(waiting(NOW_MS - 60_000), 'blocked');
    assert.equal(blocked.by, 'unschedulable');
    assert.equal(
      blocked.reason,
      'no node can run ingester-9 of zone-a, statefulset/ingester in prod: 3 nodes had volume node affinity conflict',
    );
    assert.equal(
      blocked.fix,
      'kubectl uncordon a1, or add a node that can run ingester-9, then run the same command',
    );
  });

  it('stop it also while they hold back others, but not while some are still going', () => {
    const held = pod('ingester-1', b1);
    const going = pod('ingester-2', b1, { terminating: true, available: false });
    const decide = (pods: DrainObservation['pods']) =>
      decideDrain(
        input(observation({ nodes: [a1, b1], pods, workloads: [unschedulable(0)] }), {
          memory: begun('zone-b', b1),
        }),
      );
    const blocked = decided(decide([held]), 'blocked');
    assert.deepEqual(
      blocked.held.map(({ pod: { name } }) => name),
      ['ingester-1'],
    );
    assert.match(blocked.fix, /^kubectl uncordon a1,/);
    assert.equal(decided(decide([held, going]), 'wait').for, 'budget');
  });

  it('are not what pods wait for that something else holds back', () => {
    const guarded = { workload: 'web', zoneBudgets: [], podBudgets: ['prod/web'] };
    const seen = observation({
      nodes: [a1],
      pods: [pod('ingester-1', a1), pod('web-1', a1, guarded)],
      workloads: [unschedulable(0), web()],
      zoneBudgets: zoneBudget(unschedulable(0), 1),
      podBudgets: new Map([['prod/web', { disruptionsAllowed: 0, unreadyMayGo: false }]]),
    });
    const wait = decided(decideDrain(input(seen, { memory: begun('zone-a', a1) })), 'wait');
    assert.equal(wait.for, 'budget');
    assert.match(wait.held[1]?.reason ?? '', /^PodDisruptionBudget prod\/web allows 0$/);
  });

  it('find a node that was uncordoned for them left open', () => {
    const nodes = [node('a1', 'zone-a'), a2];
    assert.equal(decided(waiting(NOW_MS - 10_000, { nodes }), 'wait').for, 'whole');
    const back = { nodes, workloads: [workload()], pods: [pod('ingester-9', a1)] };
    assert.deepEqual(decided(waiting(0, back), 'cordon').nodes, ['a1']);
  });
});

describe('nodes without a zone label', () => {
  it('come last; what a zone budget guards there needs a label first', () => {
    const seen = observation({ nodes: [x1], pods: [pod('ingester-1', x1)] });
    const blocked = decided(decideDrain(input(seen, { memory: begun(undefined, x1) })), 'blocked');
    assert.equal(blocked.by, 'zone-label');
    assert.match(
      blocked.reason,
      /^1 pod under zone budgets cannot be evicted from a node without a zone label \(x1\): ingester-1$/,
    );
    assert.match(blocked.fix, /^kubectl label node x1 topology\.kubernetes\.io\/zone=ZONE, then/);
  });

  it('give up one pod of a workload after the other, as each is a zone of its own', () => {
    const pods = ['web-2', 'web-1'].map((name) => pod(name, x1, UNGUARDED));
    const seen = observation({ nodes: [x1], pods, workloads: [workload(), web()] });
    const evict = decided(decideDrain(input(seen, { memory: begun(undefined, x1) })), 'evict');
    assert.deepEqual(
      [evict.pods, evict.held.map((each) => each.pod)].map((all) => all.map(({ name }) => name)),
      [['web-2'], ['web-1']],
    );
    assert.match(
      evict.held[0]?.reason ?? '',
      /one zone at a time: pods about to be evicted in an unknown zone/,
    );
  });
});
