import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrainEvent } from '../../../../../plugin/drain/events.ts';
import { NO_MEMORY } from '../../../../../plugin/views/drain/narration/memory.ts';
import { narrateDrain, progressLine } from '../../../../../plugin/views/drain/narration/narrate.ts';
import { drainEvent, hundredNodes } from '../../fixtures/drain.ts';

/** The sentences about these events, one after the other. */
function reported(events: readonly DrainEvent[]): string[] {
  let memory = NO_MEMORY;
  return events.flatMap((each) => {
    const [next, sentences] = narrateDrain(memory, each);
    memory = next;
    return sentences.map(({ text }) => text);
  });
}

const zone = 'zone-a';
const begun = drainEvent(0, { type: 'zone-begun', zone, nodes: ['n1'], reason: 'zone-a begins' });
const note = drainEvent(60_000, { type: 'notice', message: 'hm' });
const evicted = (afterMs: number, pod: string, node = 'n1') =>
  drainEvent(afterMs, { type: 'pod-evicted', pod, node, zone });
const refused = (pod: string, reason: string) =>
  drainEvent(0, { type: 'eviction-refused', pod, node: 'n1', zone, reason });
const waiting = (kind: string, reason: string) =>
  drainEvent(0, { type: 'waiting', for: kind, reason, pods: [] });

test('the start names the zones in their order, and nodes without a label', () => {
  const zones = [
    { zone, nodes: ['a', 'b'] },
    { zone: null, nodes: ['c'] },
  ];
  assert.deepEqual(reported([drainEvent(0, { type: 'started', zones, pods: 7 })]), [
    '3 nodes to drain, 7 pods to evict: zone-a (2 nodes), no zone label (1 node), one after the other',
  ]);
});

test('cordons are reported together, before what comes next', () => {
  const cordoned = ['n1', 'n2', 'n3', 'n4'].map((node) =>
    drainEvent(0, { type: 'node-cordoned', node, zone: null }),
  );
  assert.deepEqual(reported([...cordoned, evicted(1, 'prod/a'), note]), [
    'no zone label: cordoned n1, n2 and 2 more',
    'zone-a: 1 pod of 1 node evicted: prod/a',
    'note: hm',
  ]);
});

test('evictions are reported in waves, also while they go on', () => {
  const snapshot = drainEvent(14_000, { type: 'snapshot', snapshot: hundredNodes() });
  const events = [
    evicted(0, 'prod/a', 'n1'),
    evicted(100, 'prod/b', 'n2'),
    evicted(9_999, 'prod/c', 'n2'),
    evicted(10_000, 'prod/d'),
    snapshot,
    drainEvent(20_000, { type: 'snapshot', snapshot: hundredNodes() }),
  ];
  assert.deepEqual(reported(events), [
    'zone-a: 3 pods of 2 nodes evicted: prod/a, prod/b, prod/c',
    'zone-a: 1 pod of 1 node evicted: prod/d',
  ]);
});

test('refusals are reported once a zone and reason, whichever pod and figures they name', () => {
  const events = [
    refused('prod/a-x1z', 'pod a-x1z: zone-b has 1 pod down'),
    refused('prod/a-y2z', 'pod a-y2z: zone-b has 2 pods down'),
    refused('prod/a-y2z', 'budget other'),
    begun,
    refused('prod/a-y2z', 'budget other'),
  ];
  assert.deepEqual(reported(events), [
    'zone-a: eviction of prod/a-x1z refused: pod a-x1z: zone-b has 1 pod down',
    'zone-a: eviction of prod/a-y2z refused: budget other',
    'zone-a begins',
    'zone-a: eviction of prod/a-y2z refused: budget other',
  ]);
});

test('a wait is reported once a zone and reason, however many pods come back', () => {
  const events = [
    waiting('deletion', 'waiting until 2 pods: a, b of zone-a are gone'),
    waiting('deletion', 'waiting until 1 pod: b of zone-a are gone'),
    waiting('budget', '2 pods of zone-a (a, b): budget prod/x allows 1 in zone-a'),
    waiting('budget', '1 pod of zone-a (b): budget prod/x allows 1 in zone-a'),
    waiting('budget', '1 pod of zone-a (b): budget prod/y allows 1 in zone-a'),
    waiting('whole', 'statefulset/x in prod has 3 of 6 pods down: x-1 (missing), before zone-b begins'),
    waiting('whole', 'statefulset/x in prod has 1 of 6 pods down: x-4 (starting), before zone-b begins'),
  ];
  assert.deepEqual(reported(events), [
    'waiting until 2 pods: a, b of zone-a are gone',
    'waiting: 2 pods of zone-a (a, b): budget prod/x allows 1 in zone-a',
    'waiting: 1 pod of zone-a (b): budget prod/y allows 1 in zone-a',
    'waiting: statefulset/x in prod has 3 of 6 pods down: x-1 (missing), before zone-b begins',
  ]);
});

test('nodes and zones that are done say how long they took, pods do not', () => {
  const events = [
    drainEvent(0, { type: 'pod-gone', pod: 'prod/a', node: 'n1', tookMs: 1 }),
    drainEvent(0, { type: 'node-drained', node: 'n1', zone, pods: 10, tookMs: 61_000 }),
    drainEvent(0, { type: 'zone-finished', zone: null, nodes: 2, pods: 1, tookMs: 9000 }),
  ];
  assert.deepEqual(reported(events), [
    'n1 drained: 10 pods in 1m 01s',
    'no zone label finished: 2 nodes, 1 pod in 9s',
  ]);
});

test('what blocks is reported with what would change it, once', () => {
  const blocked = drainEvent(0, {
    type: 'blocked',
    by: 'x',
    reason: 'no node',
    fix: 'uncordon n1',
    pods: [],
  });
  assert.deepEqual(reported([blocked, blocked, note, blocked]), [
    'blocked: no node; uncordon n1',
    'note: hm',
    'blocked: no node; uncordon n1',
  ]);
});

test('in silence the last snapshot tells how far it is', () => {
  assert.equal(progressLine(NO_MEMORY, 5), undefined);
  const [memory] = narrateDrain(NO_MEMORY, drainEvent(0, { type: 'snapshot', snapshot: hundredNodes() }));
  assert.deepEqual(progressLine(memory, 5), {
    atMs: 5,
    text: '41 of 100 nodes drained, 458 of 986 pods evicted; evicting 7 pods of zone-b',
    tone: 'faint',
  });
});
