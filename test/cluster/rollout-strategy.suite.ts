import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { eventsIn, untilEvent } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'strategies';
/** RollingUpdate with a partition above all ordinals: the controller itself replaces nothing. */
const IDLE = { strategy: 'RollingUpdate', partition: 3, replicas: 3 } as const;

const strategySchema = z.object({
  spec: z.object({
    updateStrategy: z.object({
      type: z.string(),
      rollingUpdate: z.optional(z.object({ partition: z.optional(z.number()) })),
    }),
  }),
});

/** A StatefulSet has to be OnDelete, and is only changed when somebody says so. */
export function rolloutStrategySuite(factory: ClusterFactory): void {
  describe('rollout: update strategy', () => {
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

    const strategyOf = async (name: string) => {
      const object = JSON.parse(await bench.kubectl('get', 'statefulset', name, '-o', 'json'));
      const { type, rollingUpdate } = strategySchema.parse(object).spec.updateStrategy;
      return [type, rollingUpdate?.partition];
    };

    it('touches nothing without --yes where nobody can be asked', async () => {
      await bench.stale({ name: 'silent', ...IDLE });
      const versions = await bench.versions('silent');
      const { stderr } = await ended(bench.start('silent'), 1);
      assert.match(stderr, /cannot ask without a terminal: .*update strategy RollingUpdate/);
      assert.match(stderr, /pass --yes, or set it yourself: kubectl -n strategies patch statefulset silent/);
      const words = ['rollout', 'sts/silent', '-n', NAMESPACE, '--dry-run=client'];
      const { stdout } = await bench.told(words, 0);
      assert.match(
        stdout,
        /note: its update strategy is not OnDelete: its controller replaces pods by itself/,
      );
      assert.equal(await bench.versions('silent'), versions);
    });

    it('switches with --yes, and shows the command that restores it', async () => {
      await bench.stale({ name: 'switched', ...IDLE });
      const { events, stderr } = await ended(bench.start('switched', '--yes'), 0);
      assert.equal(events.at(-1)?.summary?.podsReplaced, 3);
      assert.deepEqual(await strategyOf('switched'), ['OnDelete', undefined]);

      const [, name = '', patch = ''] =
        /the update strategy stays OnDelete; to set it back: kubectl -n strategies patch statefulset (\S+) --type merge -p '(.*)'/.exec(
          stderr,
        ) ?? [];
      await bench.kubectl('patch', 'statefulset', name, '--type', 'merge', '-p', patch);
      assert.deepEqual(await strategyOf('switched'), ['RollingUpdate', 3]);
    });

    it('restores the strategy with its partition with --restore-strategy', async () => {
      await bench.stale({ name: 'restored', ...IDLE });
      await ended(bench.start('restored', '--yes', '--restore-strategy'), 0);
      assert.deepEqual(await strategyOf('restored'), ['RollingUpdate', 3]);
      assert.equal((await bench.lease('restored'))?.strategyBefore, undefined);
    });

    it('remembers the strategy over an interrupted rollout', async () => {
      await bench.stale({ name: 'resumed', ...IDLE });
      const run = bench.start('resumed', '--yes');
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      run.interrupt();
      await ended(run, 130);
      assert.deepEqual(await strategyOf('resumed'), ['OnDelete', undefined]);
      await ended(bench.start('resumed', '--restore-strategy'), 0);
      assert.deepEqual(await strategyOf('resumed'), ['RollingUpdate', 3]);
    });

    it('finishes what a process left that was killed after the last eviction', async () => {
      await bench.stale({ name: 'orphaned', ...IDLE });
      const run = bench.spawn(bench.words('orphaned', '--yes', '--restore-strategy'));
      await run.stdout.until(({ lines }) =>
        eventsIn(lines).filter(({ type }) => type === 'pod-evicted').length === IDLE.replicas
          ? true
          : undefined,
      );
      run.kill();
      await run.end;
      await bench.freeLease('orphaned');
      await cluster.waitReady('StatefulSet', 'orphaned', NAMESPACE);

      await ended(bench.start('orphaned', '--restore-strategy'), 0);
      assert.deepEqual(await strategyOf('orphaned'), ['RollingUpdate', 3]);
      const { holder, state, strategyBefore } = (await bench.lease('orphaned')) ?? {};
      assert.deepEqual([holder, state, strategyBefore], ['', 'done', undefined]);
    });

    it('holds when somebody sets RollingUpdate back, and goes on when it is OnDelete again', async () => {
      await bench.stale({ name: 'reverted', replicas: 6 });
      const run = bench.start('reverted', '--max-unavailable=1');
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      const patch = (updateStrategy: object) =>
        bench.kubectl(
          'patch',
          'statefulset',
          'reverted',
          '--type=merge',
          `--patch=${JSON.stringify({ spec: { updateStrategy } })}`,
        );
      await patch({ type: 'RollingUpdate', rollingUpdate: { partition: 6 } });
      const { reason } = await untilEvent(run, (event) => event.type === 'waiting' && event.for === 'gate');
      assert.match(
        reason ?? '',
        /was set to RollingUpdate.*kubectl -n strategies patch statefulset reverted/,
      );
      await patch({ type: 'OnDelete', rollingUpdate: null });
      await ended(run, 0);
    });
  });
}
