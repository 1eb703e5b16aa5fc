import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Explanation, explainEviction } from '../../../plugin/budget/explain.ts';
import { countNow } from '../../../plugin/budget/report.ts';
import { type ClusterState, countPodsOf } from '../../../plugin/budget/state.ts';
import { readZoneDisruptionBudget } from '../../../shared/budget/decide/budget.ts';
import { observeBudget, viewOwner } from '../../../shared/budget/decide/observe.ts';
import { readBudget, sortBudgets } from '../../../shared/budget/decide/read-budget.ts';
import { encodeStatus } from '../../../shared/budget/decide/status.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { readPod } from '../../../shared/kube/objects.ts';
import { createAdmitter } from '../../../webhook/admission/admitter.ts';
import type { Verdict } from '../../../webhook/admission/verdict.ts';
import { bindEviction } from '../../../webhook/api/bind.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { runs } from '../../helpers/runs.ts';
import fc from '../../helpers/seed.ts';
import { known } from '../../webhook/helpers/known.ts';
import { ENFORCED, NAMESPACE, NOW_MS, podObject, statefulSetOf, stateOf } from './builders.ts';

/** A namespace of the API server. */
interface World {
  pods: readonly object[];
  replicas: number | undefined;
  budgets: readonly BudgetShape[];
  /** Index of the pod to evict. */
  asked: number;
}

interface BudgetShape {
  spec: Readonly<Record<string, unknown>>;
  /** How its status was created. */
  counted: 'never' | 'now' | 'before-the-change';
  reserved: readonly number[];
}

const often = <T>(usual: T, ...others: T[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const pod = (ordinal: number) =>
  fc
    .record({
      ready: often(true, false),
      terminating: often(false, true),
      phase: often('Running', 'Failed', 'Pending'),
      app: often('ingester', 'other'),
      zone: often<string | undefined>(`zone-${'abc'[ordinal % 3]}`, undefined),
      owned: often(true, false),
      missing: often(false, true),
    })
    .map(({ app, owned, missing, ...shape }) =>
      missing ? [] : [podObject({ ordinal, labels: { app }, ...shape, ...(!owned && { owner: undefined }) })],
    );

const SELECTORS = [
  { matchLabels: { app: 'other' } },
  {},
  undefined,
  { matchExpressions: [{ key: 'app', operator: 'Exists' }] },
  { matchExpressions: [{ key: 'app', operator: 'Near', values: ['ingester'] }] },
];

const budget: fc.Arbitrary<BudgetShape> = fc.record({
  spec: fc.record({
    selector: often<unknown>({ matchLabels: { app: 'ingester' } }, ...SELECTORS),
    maxUnavailable: often<unknown>(2, 1, '34%', 0, 'some', undefined),
    dryRun: often<unknown>(false, true, 'yes'),
    unhealthyPodEvictionPolicy: often<unknown>(undefined, 'AlwaysAllow', 'IfHealthyBudget', 'Sometimes'),
  }),
  counted: often<BudgetShape['counted']>('now', 'never', 'before-the-change'),
  reserved: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.uniqueArray(fc.nat({ max: 5 }), { maxLength: 2 }),
  ),
});

const worlds: fc.Arbitrary<World> = fc
  .record({
    pods: fc.tuple(...[0, 1, 2, 3, 4, 5].map(pod)).map((all) => all.flat()),
    replicas: often<number | undefined>(6, 4, undefined),
    budgets: fc.array(budget, { maxLength: 3 }),
    asked: fc.nat({ max: 5 }),
  })
  .filter(({ pods }) => pods.length > 0);

describe('explainEviction and the webhook', () => {
  it('agree on every pod of every namespace, in verdict and in words', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const { state, budgets, object } = build(world);
        const explanation = explainEviction(
          { pod: readPod(object), state, podDisruptionBudgets: [], enforcement: ENFORCED },
          NOW_MS,
        );
        for (const dryRun of [true, false]) {
          assertAgreed(explanation, await ask(object, budgets, state, dryRun));
        }
      }),
      { numRuns: runs(100) },
    );
  });
});

function assertAgreed(explanation: Explanation, verdict: Verdict): void {
  const told = JSON.stringify({ explanation, verdict });
  assert.equal(explanation.verdict === 'admitted', verdict.kind === 'allow', told);
  if (verdict.kind === 'allow') {
    const warns = explanation.budgets.filter(({ dryRun, decision }) => dryRun && decision.kind === 'deny');
    const said = warns.map(
      ({ name, decision }) => `budget ${name} (dryRun) would have denied this: ${decision.reason}`,
    );
    assert.deepEqual(verdict.warnings, said, told);
  } else {
    const denying = explanation.budgets.filter(({ dryRun, decision }) => !dryRun && decision.kind === 'deny');
    const { message } = 'message' in verdict ? verdict : assert.fail(told);
    const isSaid = ({ decision: { reason, fix } }: (typeof denying)[number]) =>
      message.includes(reason) && message.endsWith(`; ${fix}`);
    assert.ok(denying.some(isSaid), told);
  }
}

function build({ pods, replicas, budgets, asked }: World) {
  const parsed = pods.map((object) => readPod(object));
  const cluster = stateOf({
    budgets: [],
    pods: parsed,
    workloads: replicas === undefined ? [] : [statefulSetOf(replicas)],
  });
  const objects = budgets.map((shape, index) => budgetObject(shape, `budget-${index}`, cluster));
  const state: ClusterState = { ...cluster, ...sortBudgets(objects.map(readBudget)) };
  const index = asked % pods.length;
  return { state, budgets: objects, object: pods[index] ?? assert.fail() };
}

function budgetObject({ spec, counted, reserved }: BudgetShape, name: string, cluster: ClusterState): object {
  const metadata = { name, namespace: NAMESPACE, uid: `uid-${name}`, generation: 2, resourceVersion: '7' };
  const object = { metadata, spec: structuredClone(spec) };
  const read = readBudget(object);
  if (counted === 'never' || read.kind === 'malformed') return object;
  const observed = countPodsOf(read.budget, cluster);
  if (typeof observed === 'string') return object;
  const status = countNow(read.budget, observed, NOW_MS);
  const reservations = reserved.map((ordinal) => ({
    pod: `ingester-${ordinal}`,
    uid: `uid-ingester-${ordinal}`,
    resourceVersion: '50',
    ownerVersions: {},
    zone: `zone-${'abc'[ordinal % 3]}`,
    timeMs: NOW_MS,
    revision: 0,
  }));
  const stored = {
    ...object,
    status: {
      ...encodeStatus(read.budget.spec, { ...status, reservations }),
      observedGeneration: counted === 'now' ? 2 : 1,
    },
  };
  readZoneDisruptionBudget(stored);
  return stored;
}

/** The webhook's answer to an eviction that `/bind` has bound. */
async function ask(
  object: object,
  budgets: readonly object[],
  state: ClusterState,
  dryRun: boolean,
): Promise<Verdict> {
  const pod = readPod(object);
  const { name, uid } = pod.metadata;
  const clock = manualClock(NOW_MS);
  const kube = kubeOf(object, budgets);
  const admitter = createAdmitter({
    kube,
    clock,
    random: () => 0,
    cluster: {
      ...known(),
      observe: (budget) => observeBudget(budget, state),
      ownerOf: (record) => viewOwner(record, state),
      zoneOfNode: state.zoneOfNode,
    },
    witness: { batch: () => {}, conflict: () => {} },
    log: silentLog,
  });
  const eviction = {
    reviewUid: 'review',
    namespace: NAMESPACE,
    name,
    dryRun,
    trial: false,
    reserveOnly: 'no' as const,
    precondition: { uid, resourceVersion: undefined },
    has: { deleteOptions: true, preconditions: true },
    user: 'test',
  };
  const cached = sortBudgets(budgets.map(readBudget)).budgets;
  const { patch = [] } = await bindEviction(kube, eviction, cached, 1_000);
  const [{ value }] = patch as readonly [{ value: { uid: string; resourceVersion?: string } }];
  const precondition = { uid: value.uid, resourceVersion: value.resourceVersion };
  return admitter.admit({ ...eviction, precondition }, NOW_MS + 10_000);
}

function kubeOf(pod: object, budgets: readonly object[]): Kube {
  return {
    server: 'https://fake',
    namespace: NAMESPACE,
    user: 'test',
    serverNowMs: () => NOW_MS,
    async request({ method, path, body }) {
      if (method === 'PUT') return body;
      return path.includes('/pods/') ? pod : { metadata: { resourceVersion: '100' }, items: budgets };
    },
    watch: () => assert.fail('nothing is watched here'),
    async close() {},
  };
}
