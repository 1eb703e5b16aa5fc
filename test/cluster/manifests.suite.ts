import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { encodeStatus } from '../../shared/budget/decide/status.ts';
import type { BudgetStatus } from '../../shared/budget/decide/types.ts';
import { at, MANIFESTS } from '../manifests/read.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { BUDGET_CASES, budget, type SpecCase, UPDATE_CASES, update } from './manifests-cases.ts';

const NAMESPACE = 'manifests';

/** CRDs and manifests as the real API server takes them. The control plane only: the sandbox validates no schema. */
export function manifestsSuite(factory: ClusterFactory): void {
  describe('manifests', () => {
    let cluster: TestCluster;

    const run = async (args: readonly string[], input = '') => {
      const { stdout, stderr, code } = await cluster.kubectl(args, { input });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const tryApply = (object: object) =>
      cluster.kubectl(['apply', '--dry-run=server', '-n', NAMESPACE, '-f', '-'], {
        input: JSON.stringify(object),
      });

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      await run(['apply', '--server-side', '-k', join(MANIFESTS, 'crds')]);
      for (const crd of ['zonedisruptionbudgets', 'zoneawareupdates']) {
        await run(['wait', `crd/${crd}.zonecontrol.k8s.aws`, '--for=condition=Established', '--timeout=60s']);
      }
    });
    after(() => cluster.stop());

    it('has structural schemas', async () => {
      for (const crd of ['zonedisruptionbudgets', 'zoneawareupdates']) {
        const found = await cluster.json(['get', 'crd', `${crd}.zonecontrol.k8s.aws`]);
        const conditions = at(found, 'status', 'conditions');
        assert.ok(Array.isArray(conditions));
        assert.deepEqual(
          conditions.filter(({ type }) => type === 'NonStructuralSchema'),
          [],
        );
      }
    });

    it('takes manifests as AWS’s controllers have them, unchanged', async () => {
      const made = await run(['create', '-n', NAMESPACE, '-o', 'name', '-f', '-'], AWS_STYLE);
      assert.deepEqual(made.trim().split('\n').sort(), [
        'zoneawareupdate.zonecontrol.k8s.aws/ingester-zau',
        'zonedisruptionbudget.zonecontrol.k8s.aws/ingester-zdb',
      ]);
      const found = await cluster.json(['get', 'zau', 'ingester-zau', '-n', NAMESPACE]);
      assert.deepEqual(at(found, 'spec'), {
        statefulset: 'ingester',
        maxUnavailable: 2,
        exponentialFactor: '2.0',
        pauseRolloutAlarm: 'PauseDeployment.Ingesters',
        ignoreAlarm: false,
      });
    });

    it('takes the samples', async () => {
      await run([
        'apply',
        '--server-side',
        '--validate=strict',
        '-n',
        NAMESPACE,
        '-f',
        join(MANIFESTS, 'samples'),
      ]);
    });

    const check = (kind: string, make: (spec: object) => object, cases: readonly SpecCase[]) => {
      for (const { what, spec, refused } of cases) {
        it(`${kind}: ${refused ? 'refuses' : 'accepts'} ${what}`, async () => {
          const { code, stderr } = await tryApply(make(spec));
          if (!refused) assert.equal(code, 0, stderr);
          else {
            assert.notEqual(code, 0);
            assert.match(stderr, refused);
          }
        });
      }
    };
    check('ZoneDisruptionBudget', budget, BUDGET_CASES);
    check('ZoneAwareUpdate', update, UPDATE_CASES);

    it('keeps every field of a status that the webhook writes', async () => {
      const status = encodeStatus({ ...SPEC, maxUnavailable: 4 }, STATUS);
      const patch = ['patch', 'zdb', 'ingester', '--subresource=status', '--type=merge', '-n', NAMESPACE];
      await run([...patch, '-p', JSON.stringify({ status })]);
      assert.deepEqual(at(await cluster.json(['get', 'zdb', 'ingester', '-n', NAMESPACE]), 'status'), status);
      const columns = (await run(['get', 'zdb', 'ingester', '-n', NAMESPACE, '--no-headers'])).split(/ {3,}/);
      assert.deepEqual(columns.slice(2, 5), [
        '{"?ingester-9":0,"zone-a":0,"zone-b":0}',
        '{"?ingester-9":1,"zone-a":1,"zone-b":0}',
        'InsufficientPods',
      ]);
    });

    it('shows what matters in its columns', async () => {
      const table = await run(['get', 'zdb', '-n', NAMESPACE]);
      const [header = '', ...rows] = table.trim().split('\n');
      assert.match(header, /^NAME +MAX UNAVAILABLE +ALLOWED +UNHEALTHY +STATUS +AGE$/);
      assert.ok(rows.some((row) => /^ingester +33% /.test(row)));
      assert.ok(rows.some((row) => /^store-gateway +2 /.test(row)));
      assert.match(
        await run(['get', 'zau', '-n', NAMESPACE]),
        /^ingester-zau +ingester +2 +2\.0 +PauseDeployment\.Ingesters /m,
      );
    });

    it('can be applied as a whole, and again', async () => {
      await run(['apply', '--server-side', '-f', join(MANIFESTS, 'webhook', 'namespace.yaml')]);
      await run(['apply', '--dry-run=server', '--server-side', '-k', MANIFESTS]);
      try {
        await run(['apply', '--server-side', '-k', MANIFESTS]);
        assert.match(await run(['apply', '--server-side', '-k', MANIFESTS]), /kubectl-zone-webhook/);
      } finally {
        // Nobody answers for this webhook, and no other suite could evict anything.
        await run(['delete', '--ignore-not-found', '-k', join(MANIFESTS, 'webhook'), '--wait=false']);
      }
    });
  });
}

const SPEC = {
  selector: undefined,
  maxUnavailable: 4,
  unhealthyPodEvictionPolicy: 'AlwaysAllow',
  dryRun: false,
};

/** A status in which nothing is empty. */
const STATUS: BudgetStatus = {
  protocol: 2,
  identity: 'uid/digest',
  revision: 5,
  observedGeneration: 1,
  expectedReplicas: 9,
  zones: [
    { zone: '?ingester-9', expected: 1, unavailable: 1 },
    { zone: 'zone-a', expected: 4, unavailable: 1 },
    { zone: 'zone-b', expected: 4, unavailable: 0 },
  ],
  reservations: [
    {
      pod: 'ingester-0',
      uid: 'a-uid',
      resourceVersion: '12',
      ownerVersions: { statefulsets: '9' },
      zone: 'zone-a',
      timeMs: 1_767_268_800_123,
      revision: 4,
    },
  ],
  versions: { pods: '11', statefulsets: '9' },
  lastZones: new Map([['ingester-7', 'zone-b']]),
  unreserved: new Map(),
  conditions: [
    {
      type: 'DisruptionAllowed',
      status: 'False',
      reason: 'InsufficientPods',
      message: '0 allowed',
      lastTransitionTimeMs: 1_767_268_800_000,
    },
  ],
};

const AWS_STYLE = `
apiVersion: zonecontrol.k8s.aws/v1
kind: ZoneAwareUpdate
metadata:
  name: ingester-zau
spec:
  statefulset: ingester
  maxUnavailable: 2
  pauseRolloutAlarm: PauseDeployment.Ingesters
  ignoreAlarm: false
---
apiVersion: zonecontrol.k8s.aws/v1
kind: ZoneDisruptionBudget
metadata:
  name: ingester-zdb
spec:
  selector:
    matchLabels:
      name: ingester
  maxUnavailable: 10%
  dryRun: false
`;
