import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runInProcess } from '../helpers/context.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace } from './fixtures.ts';
import { type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'refusals';

/** Words after `kubectl zone`, the exit code, and what stderr says. */
const REFUSALS: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  [
    'rollout sts/nobody',
    1,
    /statefulset "nobody" not found in namespace "refusals"\n {2}there is: untouched/,
  ],
  ['rollout sts untouched extra', 2, /"sts untouched extra" is not a workload/],
  ['rollout ds/web', 2, /"ds" cannot be rolled out zone by zone: only StatefulSets and Deployments can/],
  ['rollout untouched', 2, /"untouched" needs a type: sts\/untouched or deploy\/untouched/],
  ['rollout', 2, /error: /],
  ['roll sts/untouched', 2, /Did you mean rollout\?/],
  ['rollout sts/untouched --max-unavailable 0', 2, /--max-unavailable: 0 would never replace a pod/],
  ['rollout sts/untouched --max-unavailable many', 2, /--max-unavailable: /],
  ['rollout sts/untouched --exponential-factor 0.5', 2, /--exponential-factor: 0.5 would shrink the waves/],
  ['rollout sts/untouched --pacing fast', 2, /--pacing: "fast" is not one of wave, stream/],
  ['rollout sts/untouched --soak long', 2, /--soak: "long" is not a duration/],
  ['rollout sts/untouched --timeout 5', 2, /--timeout: "5" is not a duration/],
  ['rollout sts/untouched --dry-run=maybe', 2, /--dry-run: "maybe" is not one of client, server/],
  ['rollout sts/untouched --output csv', 2, /--output: "csv" is not one of plain, json, yaml/],
  ['rollout sts/untouched --such-flag', 2, /unknown flag --such-flag\.\n.*kubectl zone rollout --help/],
  [
    'rollout sts/untouched --zone-order zone-a,zone-x',
    1,
    /there are no pods in zone-x\n {2}the zones are: zone-a, zone-b, zone-c/,
  ],
  ['rollout sts/untouched --zone-order zone-a,zone-a', 2, /--zone-order: zone-a is listed twice/],
  ['rollout sts/untouched -n nowhere', 1, /statefulset "untouched" not found in namespace "nowhere"/],
  ['rollout sts/untouched --context missing', 1, /missing/],
  ['rollout sts/untouched --kubeconfig /nonexistent/config', 1, /\/nonexistent\/config/],
  ['rollout sts/untouched --server https://127.0.0.1:1', 1, /ECONNREFUSED|refused/],
];

/** Whatever cannot be done is refused with the reason and a way out, and nothing is touched. */
export function rolloutRefusalsSuite(factory: ClusterFactory): void {
  describe('rollout: refusals', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;
    let versions: string;

    before(async () => {
      cluster = await factory();
      await cluster.apply(
        namespace(NAMESPACE),
        deployment({ name: 'web', namespace: NAMESPACE, replicas: 1 }),
      );
      bench = rolloutBench(cluster, NAMESPACE);
      await bench.stale({ name: 'untouched', replicas: 3 });
      versions = await bench.versions('untouched');
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    for (const [words, code, says] of REFUSALS) {
      it(`refuses \`${words}\``, async () => {
        const scope = words.includes(' -n ') ? [] : ['-n', NAMESPACE];
        const result = await runInProcess(cluster.kubeconfigPath, [...words.split(' '), ...scope]).end;
        assert.equal(result.code, code, result.stderr);
        assert.equal(result.stdout, '');
        assert.match(result.stderr, /^error: /);
        assert.match(result.stderr, says);
        assert.doesNotMatch(result.stderr, /this is a bug/);
      });
    }

    it('has touched nothing', async () => {
      assert.notEqual(versions, '');
      assert.equal(await bench.versions('untouched'), versions);
      assert.equal(await bench.lease('untouched'), undefined);
    });
  });
}
