import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { DrainPlan } from '../../../plugin/drain/plan.ts';
import { printDrainPlan, verdictLines } from '../../../plugin/drain/show-plan.ts';

const PLAN: DrainPlan = {
  maxNodes: null,
  zones: [
    {
      zone: 'zone-a',
      nodes: [
        {
          node: 'node-1',
          cordoned: false,
          batch: 1,
          leaving: ['cortex/a-3', 'cortex/a-0'],
          staying: ['cortex/agent'],
        },
        { node: 'node-2', cordoned: true, batch: null, leaving: [], staying: [] },
      ],
    },
    { zone: null, nodes: [{ node: 'node-9', cordoned: false, batch: 1, leaving: ['web/b'], staying: [] }] },
  ],
  workloads: [
    {
      namespace: 'cortex',
      workload: 'statefulset/a',
      guard: 'zone-budget',
      zoneBudgets: ['cortex/zone'],
      podBudgets: ['cortex/pdb'],
      pods: 2,
    },
    { namespace: 'web', workload: 'deployment/b', guard: 'none', zoneBudgets: [], podBudgets: [], pods: 1 },
  ],
};

async function printed(plan: DrainPlan, notices: readonly string[], output?: 'json'): Promise<string> {
  const stdout = new PassThrough();
  await printDrainPlan(plan, notices, stdout, output);
  return String(stdout.read());
}

describe('showing the plan of a drain', () => {
  it('prints tables', async () => {
    assert.deepEqual((await printed(PLAN, ['ignoring DaemonSet-managed Pods: cortex/agent'])).split('\n'), [
      '3 nodes in 2 zones, 3 pods to evict: one zone after the other, all nodes of a zone at once',
      'ZONE     NODE     CORDONED   EVICT   KEEP   PODS',
      'zone-a   node-1   no         2       1      cortex/a-3, cortex/a-0',
      'zone-a   node-2   yes        0       0',
      '<none>   node-9   no         1       0      web/b',
      '',
      'NAMESPACE   WORKLOAD        EVICT   BUDGETS',
      'cortex      statefulset/a   2       ZoneDisruptionBudget cortex/zone; PodDisruptionBudget cortex/pdb',
      'web         deployment/b    1       no budget; only this drain respects zones',
      'note: ignoring DaemonSet-managed Pods: cortex/agent',
      '',
    ]);
  });

  it('leaves out what there is not, and tells the pace', async () => {
    const zones = PLAN.zones.slice(0, 1);
    const lines = (await printed({ zones, workloads: [], maxNodes: 2 }, [])).trimEnd().split('\n');
    assert.deepEqual(lines, [
      '2 nodes in 1 zone, 2 pods to evict: one zone after the other, 2 nodes of a zone at once',
      'ZONE     BATCH   NODE     CORDONED   EVICT   KEEP   PODS',
      'zone-a   1       node-1   no         2       1      cortex/a-3, cortex/a-0',
      'zone-a   -       node-2   yes        0       0',
    ]);
  });

  it('prints one JSON document', async () => {
    const text = await printed(PLAN, ['n'], 'json');
    assert.equal(text.indexOf('\n'), text.length - 1);
    assert.deepEqual(JSON.parse(text), { type: 'plan', ...PLAN, notices: ['n'] });
  });
});

describe('what the API server says to a dry run', () => {
  it('names each pod that would be refused, in the words of the server, on one line', () => {
    const pod = { namespace: 'cortex', name: 'a-0', uid: 'u' };
    assert.deepEqual(verdictLines(3, [{ pod, reason: 'no\nroom' }]), [
      'removal of cortex/a-0 would be refused now: no room',
      '2 of 3 removals would be admitted now, each by itself (dry run)',
    ]);
    assert.equal(
      verdictLines(1, []).join(),
      '1 of 1 removal would be admitted now, each by itself (dry run)',
    );
  });
});
