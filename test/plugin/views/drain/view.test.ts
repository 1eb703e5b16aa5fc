import assert from 'node:assert/strict';
import { test } from 'node:test';
import { themeFor } from '../../../../plugin/views/terminal/theme.ts';
import {
  drainEvent,
  drainSnapshot,
  drainZone,
  hundredNodes,
  nodeRow,
  nodeRows,
  scriptedDrain,
} from '../fixtures/drain.ts';
import { drainFrameInput, drainStateAfter, drawnDrain } from '../fixtures/drain-frames.ts';

const shown = (...parameters: Parameters<typeof hundredNodes>) =>
  drainEvent(125_000, { type: 'snapshot', snapshot: hundredNodes(...parameters) });
const LARGE = drainStateAfter([...scriptedDrain().slice(0, 38), shown()]);

test('100 nodes on 80 by 24: the active ones, and counts of the others', () => {
  assert.deepEqual(drawnDrain(drainFrameInput(LARGE)), [
    'drain of 100 nodes, zone by zone',
    '',
    '━━━━━━━━━━━━━────────────────  41 of 100 nodes drained, 458 of 986 pods evicted',
    '2m 05s elapsed, 3 evictions refused',
    '',
    '✓ zone-a         33/33 nodes',
    '▸ zone-b          8/33 nodes  128 of 330 pods evicted',
    '    node-b-09  ━━━━────────────────  8 to go, 2 terminating',
    '    node-b-10  ━━━━━━──────────────  7 to go',
    '    node-b-11  ━━━━━━━━────────────  6 to go, 1 terminating',
    '    node-b-12  ━━━━━━━━━━──────────  5 to go, 2 terminating',
    '    node-b-13  ━━━━━━━━━━━━────────  4 to go',
    '    node-b-14  ━━━━━━━━━━━━━━──────  3 to go, 1 terminating',
    '    and 27 nodes more, 8 of them drained, 169 pods to go',
    '  zone-c          0/32 nodes  320 pods',
    '  no zone label    0/2 nodes  6 pods',
    '',
    'now       evicting 7 pods of zone-b',
    'denied    4 pods: budget prod/ingester allows 4 in zone-b: zone-b has 4 of 30 …',
    'unhealthy statefulset/ingester in prod: 2 pods: ingester-13 (missing), ingeste…',
    '     45s  waiting: statefulset/a in prod has 3 of 24 pods down: a-1 (missing),…',
    '  1m 29s  zone-a finished: 3 nodes, 12 pods in 1m 29s',
    'q quit (safe)   ? help',
  ]);
});

test('100 nodes on 120 by 40', () => {
  assert.deepEqual(drawnDrain(drainFrameInput(LARGE, { size: { columns: 120, rows: 40 } })), [
    'drain of 100 nodes, zone by zone',
    '',
    '━━━━━━━━━━━━━━━━━━━━━━━───────────────────────────  41 of 100 nodes drained, 458 of 986 pods evicted',
    '2m 05s elapsed, 3 evictions refused',
    '',
    '✓ zone-a         33/33 nodes',
    '▸ zone-b          8/33 nodes  128 of 330 pods evicted',
    '    node-b-09  ━━━━────────────────  8 to go, 2 terminating',
    '    node-b-10  ━━━━━━──────────────  7 to go',
    '    node-b-11  ━━━━━━━━────────────  6 to go, 1 terminating',
    '    node-b-12  ━━━━━━━━━━──────────  5 to go, 2 terminating',
    '    node-b-13  ━━━━━━━━━━━━────────  4 to go',
    '    node-b-14  ━━━━━━━━━━━━━━──────  3 to go, 1 terminating',
    '    node-b-15  ━━──────────────────  9 to go, 2 terminating',
    '    node-b-16  ━━━━────────────────  8 to go',
    '    node-b-17  ━━━━━━──────────────  7 to go, 1 terminating',
    '    node-b-18  ━━━━━━━━────────────  6 to go, 2 terminating',
    '    node-b-19  ━━━━━━━━━━──────────  5 to go',
    '    node-b-20  ━━━━━━━━━━━━────────  4 to go, 1 terminating',
    '    node-b-21  ────────────────────  10 pods',
    '    node-b-22  ────────────────────  10 pods',
    '    and 19 nodes more, 8 of them drained, 110 pods to go',
    '  zone-c          0/32 nodes  320 pods',
    '  no zone label    0/2 nodes  6 pods',
    '',
    'now       evicting 7 pods of zone-b',
    'denied    4 pods: budget prod/ingester allows 4 in zone-b: zone-b has 4 of 30 pods down (prod/ingester-7, prod/ingeste…',
    'unhealthy statefulset/ingester in prod: 2 pods: ingester-13 (missing), ingester-16 (terminating)',
    '',
    '      0s  waiting: 2 pods of zone-a (a, b): budget prod/a allows 10 in zone-a',
    '     20s  node-zone-a-1 drained: 4 pods in 19s',
    '     20s  node-zone-a-2 drained: 4 pods in 19s',
    '     21s  zone-a: 2 pods of 1 node evicted: prod/node-zone-a-3-pod-3, prod/node-zone-a-3-pod-4',
    '     45s  node-zone-a-3 drained: 4 pods in 44s',
    '     45s  waiting: statefulset/a in prod has 3 of 24 pods down: a-1 (missing), before the next zone begins',
    '  1m 29s  zone-a finished: 3 nodes, 12 pods in 1m 29s',
    '',
    'q quit (safe)   ? help',
  ]);
});

test('100 nodes on 40 by 12', () => {
  assert.deepEqual(drawnDrain(drainFrameInput(LARGE, { size: { columns: 40, rows: 12 } })), [
    'drain of 100 nodes, zone by zone',
    '41 of 100 nodes drained, 458 of 986 po…',
    '2m 05s elapsed, 3 evictions refused',
    '✓ zone-a         33/33 nodes',
    '▸ zone-b          8/33 nodes  128 of 3…',
    '    node-b-09  8 to go, 2 terminating',
    '    and 32 nodes more, 8 of them drain…',
    '  zone-c          0/32 nodes  320 pods',
    '  no zone label    0/2 nodes  6 pods',
    'now       evicting 7 pods of zone-b',
    'q quit (safe)   ? help',
  ]);
});

test('100 nodes on 20 by 5: figures, status and keys', () => {
  assert.deepEqual(drawnDrain(drainFrameInput(LARGE, { size: { columns: 20, rows: 5 } })), [
    'drain of 100 nodes…',
    '41 of 100 nodes dr…',
    'now       evicting…',
    'q quit (safe)   ? …',
  ]);
});

test('blocked: by what and what would change it, in ASCII, while leaving', () => {
  const domain = 'eu-west-1.compute.internal';
  const snapshot = drainSnapshot(
    [
      drainZone(
        'zone-a',
        'recovering',
        nodeRows('a', 2, () => [4, 0]),
      ),
      drainZone('zone-b', 'draining', [
        nodeRow(`ip-10-0-1-2.${domain}`, 4, 1, 1),
        nodeRow(`ip-10-0-1-3.${domain}`, 0),
      ]),
    ],
    {
      status: {
        kind: 'blocked',
        reason: 'no node can run ingester-3 of zone-a, statefulset/ingester in prod: 0/9 nodes are available',
        fix: 'kubectl uncordon node-a-01, or add a node that can run ingester-3, then run the same command',
      },
      waitingFor: Array.from({ length: 6 }, (_, index) => ({
        workload: `sts/w${index}`,
        namespace: 'prod',
        pods: ['w-1 (missing)'],
      })),
    },
  );
  const state = drainStateAfter([drainEvent(125_000, { type: 'snapshot', snapshot })], [{ type: 'quit' }]);
  const input = drainFrameInput(state, { theme: themeFor({ LANG: 'C' }) });
  assert.deepEqual(drawnDrain(input), [
    'drain of 4 nodes, zone by zone',
    '',
    '===============================---  3 of 4 nodes drained, 11 of 12 pods evicted',
    '2m 05s elapsed, 0 evictions refused',
    '',
    '> zone-a  2/2 nodes  drained; waiting for pods to recover',
    '> zone-b  1/2 nodes  3 of 4 pods evicted',
    '    ip-10-0-1-2  ===============-----  1 to go, 1 terminating',
    '    ip-10-0-1-3  ====================  drained',
    '',
    'blocked   no node can run ingester-3 of zone-a, statefulset/ingester in prod:',
    '          0/9 nodes are available',
    'fix       kubectl uncordon node-a-01, or add a node that can run ingester-3,',
    '          then run the same command',
    'unhealthy sts/w0 in prod: 1 pod: w-1 (missing)',
    '          sts/w1 in prod: 1 pod: w-1 (missing)',
    '          sts/w2 in prod: 1 pod: w-1 (missing)',
    '          and 3 more',
    '',
    'stopping: no more pods are evicted',
  ]);
});

test('help takes the place of the events', () => {
  const state = drainStateAfter([shown()], [{ type: 'toggle-help' }]);
  assert.deepEqual(drawnDrain(drainFrameInput(state)), [
    'drain of 100 nodes, zone by zone',
    '',
    '━━━━━━━━━━━━━────────────────  41 of 100 nodes drained, 458 of 986 pods evicted',
    '2m 05s elapsed, 3 evictions refused',
    '',
    '✓ zone-a         33/33 nodes',
    '▸ zone-b          8/33 nodes  128 of 330 pods evicted',
    '    node-b-09  ━━━━────────────────  8 to go, 2 terminating',
    '    and 32 nodes more, 8 of them drained, 194 pods to go',
    '  zone-c          0/32 nodes  320 pods',
    '  no zone label    0/2 nodes  6 pods',
    '',
    'now       evicting 7 pods of zone-b',
    '',
    'q, Ctrl-C stop: no more pods are evicted, nodes stay cordoned; the same command',
    '          continues',
    '?         close this help',
    'denied    pods whose eviction would be denied now; retried on changes',
    'unhealthy workloads with pods that are down; the next zone begins when there',
    '          are none',
    '',
    'q quit (safe)   ? help',
  ]);
});

test('at the end the keys are gone and the times stand still', () => {
  const snapshot = drainSnapshot(
    [
      drainZone(
        'zone-a',
        'finished',
        nodeRows('a', 3, () => [4, 0]),
      ),
    ],
    {
      status: { kind: 'done', reason: '3 nodes are drained', fix: undefined },
    },
  );
  const events = scriptedDrain();
  const state = drainStateAfter([
    ...events.slice(0, 1),
    drainEvent(179_000, { type: 'snapshot', snapshot }),
    ...events.slice(-1),
  ]);
  const input = drainFrameInput(state);
  assert.deepEqual(drawnDrain({ ...input, nowMs: input.nowMs + 3_600_000 }), [
    'drain of 3 nodes, zone by zone',
    '',
    '━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  3 of 3 nodes drained, 12 of 12 pods evicted',
    '3m 00s elapsed, 0 evictions refused',
    '',
    '✓ zone-a  3/3 nodes',
    '',
    '      0s  6 nodes to drain, 24 pods to evict: zone-a (3 nodes), zone-b (3 node…',
  ]);
});

test('before the first event', () => {
  assert.deepEqual(drawnDrain(drainFrameInput(drainStateAfter([]))), [
    'reading the cluster…',
    '',
    'q quit (safe)   ? help',
  ]);
});

test('the time left is shown where there is an estimate, and goes on by our own clock', () => {
  const latest = drainSnapshot([], { remainingMs: 65_000 });
  const event = { atMs: 0, type: 'snapshot', snapshot: latest } as const;
  const input = drainFrameInput(drainStateAfter([event]));
  assert.match(drawnDrain(input).join('\n'), /elapsed, about 1m 05s left, 0 evictions refused/);
  const later = { ...input, nowMs: input.nowMs + 64_500 };
  assert.match(drawnDrain(later).join('\n'), /elapsed, 0 evictions refused/);
});

test('the elapsed time goes on by our own clock', () => {
  const input = drainFrameInput(LARGE);
  assert.equal(drawnDrain({ ...input, nowMs: input.nowMs + 5000 })[3], '2m 10s elapsed, 3 evictions refused');
});
