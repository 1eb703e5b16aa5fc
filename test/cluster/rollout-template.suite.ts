import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { statefulSetNamed } from './observe.ts';
import {
  assertOneZoneAtATime,
  ended,
  expectedWaves,
  type RolloutBench,
  rolloutBench,
} from './rollout-bench.ts';

const NAMESPACE = 'templates';

const planSchema = z.object({
  type: z.literal('plan'),
  stale: z.number(),
  updateRevision: z.nullable(z.string()),
  templateChanges: z.array(z.string()),
  waves: z.array(z.object({ pods: z.array(z.string()) })),
});

/** Nobody answers, so that every change of a StatefulSet in a namespace with the label is refused. */
const REFUSING_WEBHOOK = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'unwanted' },
  webhooks: [
    {
      name: 'unwanted.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
      namespaceSelector: { matchLabels: { changes: 'unwanted' } },
      clientConfig: { url: 'https://127.0.0.1:1/' },
      rules: [
        { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['statefulsets'] },
      ],
    },
  ],
};

/** Flags and what is said of them, where nothing may be touched. */
const REFUSALS: readonly (readonly [flags: string, code: number, says: RegExp])[] = [
  ['--image main=app:v2', 1, /cannot ask without a terminal: Change the template and replace the pods/],
  ['--restart', 1, /cannot ask without a terminal[\s\S]*pass --yes/],
  ['--image sidecar=app:v2 --yes', 1, /no container sidecar\n {2}the containers are: main/],
  ['--undo --yes', 1, /statefulset\/refused has no earlier revision to go back to\n {2}the revisions are: 1/],
  [
    '--undo --to-revision 7 --yes',
    1,
    /has no revision 7\n {2}the revisions are: 1; kubectl zone rollout history/,
  ],
  ['--undo --image main=app:v2', 2, /--image: cannot be combined with --undo/],
  ['--to-revision 1', 2, /--to-revision: requires --undo/],
];

/** A rollout that begins with a change of the template. */
export function rolloutTemplateSuite(factory: ClusterFactory): void {
  describe('rollout: template', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    /** All pods ready on `app:v1`, and nothing to roll out. */
    const settled = async (
      name: string,
      replicas: number,
      strategy: 'OnDelete' | 'RollingUpdate' = 'OnDelete',
    ) => {
      await bench.apply({ name, replicas, strategy });
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
    };
    const field = (name: string, path: string) =>
      bench.kubectl('get', 'statefulset', name, '-o', `jsonpath={.spec.${path}}`);
    const imageOf = (name: string) => field(name, 'template.spec.containers[0].image');
    const revisionsOf = async (name: string) => [
      ...new Set((await bench.pods(name)).map(({ revision }) => revision)),
    ];
    const planOf = async (name: string, ...flags: string[]) => {
      const { stdout } = await bench.told(bench.words(name, ...flags), 0);
      return planSchema.parse(JSON.parse(stdout));
    };

    it('changes the image and rolls it out zone by zone, after showing the difference', async () => {
      await settled('imaged', 6);
      const pods = await bench.pods('imaged');
      const witness = await bench.witness('imaged');
      const run = bench.start('imaged', '--image', 'main=app:v2', '--yes');
      const { events, stderr } = await ended(run, 0);
      assert.match(
        stderr,
        /the template of statefulset\/imaged changes:\n {2}spec\.containers\[main\]\.image: app:v1 → app:v2\n/,
      );
      const [started, notice] = events;
      const { updateRevision } = await statefulSetNamed(cluster, NAMESPACE, 'imaged');
      assert.deepEqual([started?.type, started?.stale, started?.resumed], ['started', 6, false]);
      assert.match(notice?.message ?? '', /^the template was changed: spec\.containers\[main\]\.image/);
      assert.deepEqual(wavesIn(events), expectedWaves(pods, { most: 2 }));
      assert.deepEqual([await imageOf('imaged'), await revisionsOf('imaged')], ['app:v2', [updateRevision]]);
      await assertOneZoneAtATime(witness, 2);
    });

    it('makes a StatefulSet OnDelete before its template changes', async () => {
      await settled('rolling', 6, 'RollingUpdate');
      const witness = await bench.witness('rolling');
      const seen: string[] = [];
      const began = Promise.withResolvers<void>();
      const watching = new AbortController();
      const words = 'get statefulset rolling --watch -o'.split(' ');
      const path = 'jsonpath={.spec.updateStrategy.type} {.spec.template.spec.containers[0].image}{"\\n"}';
      const lines = cluster.lines([...words, path, '-n', NAMESPACE], watching.signal);
      const collected = (async () => {
        for await (const line of lines) {
          seen.push(line);
          began.resolve();
          if (line === 'OnDelete app:v2') return;
        }
      })();
      // A watch that begins later would not see what was before.
      await began.promise;
      await ended(bench.start('rolling', '--image', 'main=app:v2', '--yes'), 0);
      await collected;
      watching.abort();
      assert.deepEqual([...new Set(seen)], ['RollingUpdate app:v1', 'OnDelete app:v1', 'OnDelete app:v2']);
      await assertOneZoneAtATime(witness, 2);
    });

    it('replaces every pod with --restart', async () => {
      await settled('restarted', 3);
      const before = (await bench.pods('restarted')).map(({ uid }) => uid);
      const { events } = await ended(bench.start('restarted', '--restart', '--yes'), 0);
      assert.equal(events.at(-1)?.summary?.podsReplaced, 3);
      const after = (await bench.pods('restarted')).map(({ uid }) => uid);
      assert.deepEqual(
        after.filter((uid) => before.includes(uid)),
        [],
      );
      const annotations = await field('restarted', 'template.metadata.annotations');
      assert.match(annotations, /"kubectl\.kubernetes\.io\/restartedAt":"\d{4}-/);
      assert.equal(await imageOf('restarted'), 'app:v1');
    });

    it('has the verbs of kubectl, and names the command that continues without them', async () => {
      await settled('verbs', 3);
      const words = ['rollout', 'restart', 'sts/verbs', '-n', NAMESPACE, '-o', 'json', '--yes'];
      const run = bench.spawn(words);
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      run.interrupt();
      const { events } = await ended(run, 130);
      assert.match(
        events.at(-1)?.reason ?? '',
        new RegExp(`: kubectl zone rollout sts/verbs -n ${NAMESPACE} -o json --yes$`),
      );
      await ended(bench.start('verbs'), 0);
    });

    it('goes back with --undo, and replaces only the pods that had gone ahead', async () => {
      await settled('undone', 6);
      const [first] = await revisionsOf('undone');
      const forward = bench.start('undone', '--image', 'main=app:v2', '--yes', '--max-unavailable=1');
      await untilEvent(forward, ({ type, wave }) => type === 'wave-begun' && wave === 3);
      forward.interrupt();
      await ended(forward, 130);
      await cluster.waitReady('StatefulSet', 'undone', NAMESPACE);
      const ahead = (await bench.pods('undone')).filter(({ revision }) => revision !== first);
      assert.ok(ahead.length > 0 && ahead.length < 6, `${ahead.length} pods had gone ahead`);

      const plan = await planOf('undone', '--undo', '--dry-run=client');
      assert.deepEqual([plan.stale, plan.updateRevision], [ahead.length, first]);
      const { events } = await ended(bench.start('undone', '--undo', '--yes'), 0);
      assert.equal(events[0]?.stale, ahead.length);
      assert.equal(events.at(-1)?.summary?.podsReplaced, ahead.length);
      assert.deepEqual([await imageOf('undone'), await revisionsOf('undone')], ['app:v1', [first]]);
    });

    it('goes back to any revision with --to-revision', async () => {
      await settled('numbered', 3);
      for (const image of ['app:v2', 'app:v3']) {
        await ended(bench.start('numbered', '--image', `main=${image}`, '--yes'), 0);
      }
      const { stderr } = await ended(bench.start('numbered', '--undo', '--to-revision', '1', '--yes'), 0);
      assert.match(stderr, /image: app:v3 → app:v1/);
      assert.equal(await imageOf('numbered'), 'app:v1');
      const words = ['rollout', 'undo', 'sts/numbered', '-n', NAMESPACE, '-o', 'json', '--yes'];
      assert.match((await bench.told(words, 0)).stderr, /image: app:v1 → app:v3/);
      assert.equal(await imageOf('numbered'), 'app:v3');
    });

    it('goes on after an interrupt with a command that does not restart again', async () => {
      await settled('halfway', 6);
      const first = bench.start('halfway', '--restart', '--yes', '--max-unavailable=1');
      await untilEvent(first, ({ type, wave }) => type === 'wave-begun' && wave === 2);
      first.interrupt();
      const interrupted = await ended(first, 130);
      const words = bench.words('halfway', '--yes', '--max-unavailable=1');
      assert.equal(interrupted.events.at(-1)?.reason, `continue with: kubectl zone ${words.join(' ')}`);

      const { events } = await ended(bench.spawn(words), 0);
      assert.equal(events[0]?.resumed, true);
      const replaced = [interrupted, { events }].flatMap((run) =>
        run.events.filter(({ type }) => type === 'pod-evicted').map(({ pod }) => pod),
      );
      assert.deepEqual([replaced.length, new Set(replaced).size], [6, 6]);
    });

    it('says that a change changes nothing, and goes on as without it', async () => {
      await settled('same', 3);
      const versions = await bench.versions('same');
      const { events } = await ended(bench.start('same', '--image', 'main=app:v1'), 0);
      assert.ok(events.some(({ message }) => /the template is already as requested/.test(message ?? '')));
      assert.equal(events.at(-1)?.outcome, 'done');
      assert.equal(await bench.versions('same'), versions);

      await bench.apply({ name: 'same', replicas: 3, image: 'app:v2' });
      const second = await ended(bench.start('same', '--image', 'main=app:v2'), 0);
      assert.equal(second.events.at(-1)?.summary?.podsReplaced, 3);
    });

    it('shows with --dry-run what a change would do, and touches nothing', async () => {
      await settled('planned', 6);
      const versions = await bench.versions('planned');
      for (const way of ['client', 'server']) {
        const plan = await planOf('planned', '--image', '*=app:v2', `--dry-run=${way}`);
        assert.deepEqual(plan.templateChanges, ['spec.containers[main].image: app:v1 → app:v2']);
        assert.deepEqual([plan.stale, plan.updateRevision], [6, null]);
        assert.equal(plan.waves.flatMap(({ pods }) => pods).length, 6);
      }
      const words = ['rollout', 'sts/planned', '-n', NAMESPACE, '--restart', '--dry-run=client'];
      const { stdout } = await bench.told(words, 0);
      assert.match(stdout, /a new revision\nthe template would change:\n {2}metadata\.annotations\[kubectl/);
      assert.match(stdout, /maxUnavailable +25% +default/);
      assert.equal(await bench.versions('planned'), versions);
    });

    it('asks the API server before it touches anything', async () => {
      await settled('unwanted', 3, 'RollingUpdate');
      await cluster.apply(
        { ...namespace(NAMESPACE), metadata: { name: NAMESPACE, labels: { changes: 'unwanted' } } },
        REFUSING_WEBHOOK,
      );
      const change = ['annotate', 'statefulset', 'unwanted', 'a=b', '--dry-run=server', '-n', NAMESPACE];
      while ((await cluster.kubectl(change)).code === 0);
      const versions = await bench.versions('unwanted');
      for (const flag of ['--yes', '--dry-run=server']) {
        const { stderr, stdout } = await bench.told(bench.words('unwanted', '--restart', flag), 1);
        assert.match(
          stderr,
          /the API server answered 500: .*failed calling webhook "unwanted\.example\.com"/,
        );
        assert.equal(stdout, '');
      }
      assert.equal(await bench.versions('unwanted'), versions);
      await bench.kubectl('delete', 'validatingwebhookconfiguration', REFUSING_WEBHOOK.metadata.name);
      while ((await cluster.kubectl(change)).code !== 0);
    });

    describe('that is refused', () => {
      let versions: string;
      before(async () => {
        await settled('refused', 3);
        versions = await bench.versions('refused');
      });
      for (const [flags, code, says] of REFUSALS) {
        it(`with \`${flags}\``, async () => {
          const { stderr, stdout } = await bench.told(bench.words('refused', ...flags.split(' ')), code);
          assert.match(stderr, says);
          assert.equal(stdout, '');
          assert.equal(await bench.versions('refused'), versions);
        });
      }
    });
  });
}
