import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { DrainOptions } from '../../../plugin/drain/decide/types.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { type DrainProcess, pass, startDrain } from './drain-process.ts';
import { BROKERS, type FakeCluster, fakeCluster, NAMESPACE, settle } from './fake-cluster.ts';

const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
const LEASE = 'zone-rollout-brokers-kafka';
const NOTE = 'kubectl-zone.dev/expected-pods';
const ZONES = ['zone-a', 'zone-b'];
/** Longer than the Lease of a killed drain lasts, and its evictions. */
const TAKEOVER_MS = 150_000;

/** Pods whose owner's kind tells nobody how many there should be: four, two in each zone, on nodes to be drained. */
describe('a drain of pods whose owner has no scale', () => {
  let cluster: FakeCluster;
  let clock: ManualClock;
  let process: DrainProcess;
  let pid = 1;
  let vanished: number;

  beforeEach(() => {
    vanished = 0;
    clock = manualClock();
    cluster = fakeCluster(clock);
    for (const zone of ZONES) for (const name of ['old', 'new']) cluster.addNode(`${zone}-${name}`, zone);
    for (const [ordinal, zone] of ['zone-a', 'zone-b', 'zone-a', 'zone-b'].entries())
      add(ordinal, zone, 'old');
  });
  afterEach(async () => {
    process.driver.stop('interrupted', 'the test is over');
    await process.watched.stop();
  });

  const add = (ordinal: number, zone: string, node: string) =>
    cluster.addPod(`kafka-${ordinal}`, `${zone}-${node}`, { owner: BROKERS });
  const drain = async (options: Partial<DrainOptions> = {}, zones = ZONES) => {
    pid += 1;
    process = await startDrain(cluster, { clock, nodes: zones.map((zone) => `${zone}-old`), options, pid });
  };
  const note = () => cluster.fake.get(LEASES, LEASE)?.metadata.annotations?.[NOTE as keyof object];
  const putLease = (text: string, holderIdentity = '') =>
    cluster.fake.put(LEASES, {
      metadata: { name: LEASE, namespace: NAMESPACE, annotations: { [NOTE]: text } },
      spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00Z' },
    });
  /** The pods that were evicted are gone. */
  const vanish = () => {
    for (const name of cluster.asked.slice(vanished)) cluster.removePod(name);
    vanished = cluster.asked.length;
  };

  it('notes how many there should be before it takes one, and removes the note when all are back', async () => {
    let noted: unknown;
    cluster.onEviction = () => {
      noted ??= note();
    };
    await drain();
    assert.deepEqual(cluster.asked, ['kafka-2', 'kafka-0']);
    assert.equal(noted, `4 ${BROKERS.uid}`);
    vanish();
    await settle();
    add(0, 'zone-a', 'new');
    await settle();
    assert.equal(cluster.asked.length, 2, 'one is missing');
    add(2, 'zone-a', 'new');
    await settle();
    assert.deepEqual(cluster.asked.slice(2), ['kafka-3', 'kafka-1']);
    vanish();
    for (const ordinal of [1, 3]) add(ordinal, 'zone-b', 'new');
    await settle();
    assert.equal((await process.ended).outcome, 'done');
    assert.equal(note(), undefined);
  });

  for (const how of ['killed', 'interrupted'] as const) {
    it(`takes no pod of another zone after it was ${how} while some are missing, and continues`, async () => {
      await drain();
      assert.deepEqual(cluster.asked, ['kafka-2', 'kafka-0']);
      vanish();
      await settle();
      if (how === 'killed') process.kill();
      else {
        process.driver.stop('interrupted', 'interrupted');
        await process.ended;
        await process.watched.stop();
      }
      assert.equal(note(), `4 ${BROKERS.uid}`);

      await drain();
      await pass(clock, TAKEOVER_MS);
      assert.deepEqual(cluster.asked, ['kafka-2', 'kafka-0'], 'two pods are missing');
      assert.match(
        process.typed('waiting').at(-1)?.reason ?? '',
        /^brokers\/kafka in cortex has 2 of 4 pods down/,
      );
      for (const ordinal of [0, 2]) add(ordinal, 'zone-a', 'new');
      await pass(clock, TAKEOVER_MS);
      assert.deepEqual(cluster.asked.slice(2), ['kafka-3', 'kafka-1']);
    });
  }

  it('keeps the note when it is interrupted before it has seen what it evicted', async () => {
    const answer = Promise.withResolvers<void>();
    cluster.onEviction = () => answer.promise;
    await drain();
    process.driver.stop('interrupted', 'interrupted');
    answer.resolve();
    await process.ended;
    assert.equal(note(), `4 ${BROKERS.uid}`);
    assert.equal(cluster.fake.get(LEASES, LEASE)?.spec?.['holderIdentity' as keyof object], '', 'released');
  });

  it('says what to do where fewer are intended, and does so', async () => {
    putLease(`6 ${BROKERS.uid}`);
    await drain();
    assert.deepEqual(cluster.asked, [], 'two of six are missing, in zones that nobody knows');
    process.driver.stop('interrupted', 'interrupted');
    await process.ended;
    await process.watched.stop();
    assert.equal(note(), `6 ${BROKERS.uid}`);

    await drain({ ignoreBroken: ['cortex/brokers/kafka'] });
    assert.deepEqual(cluster.asked, ['kafka-2', 'kafka-0']);
    assert.equal(note(), `4 ${BROKERS.uid}`);
  });

  it('says so also of pods that have gone since', async () => {
    await drain();
    vanish();
    await settle();
    const { reason, fix } = process.typed('waiting').at(-1) ?? {};
    assert.match(reason ?? '', /^brokers\/kafka in cortex has 2 of 4 pods down/);
    assert.match(
      fix ?? '',
      /^no scale shows how many pods brokers\/kafka in cortex should have, .*--ignore-broken/,
    );
  });

  it('notes that there are more before it goes on', async () => {
    await drain();
    vanish();
    for (const ordinal of [0, 2]) add(ordinal, 'zone-a', 'new');
    const asked: unknown[] = [];
    cluster.onEviction = () => void asked.push(note());
    add(4, 'zone-a', 'new');
    await settle();
    assert.deepEqual(asked, [`5 ${BROKERS.uid}`, `5 ${BROKERS.uid}`]);
  });

  for (const text of ['4000000000 brokers-1', '6 another-owner', 'x'.repeat(100_000), '6']) {
    it(`is not misled by a note that says ${text.slice(0, 30)}`, async () => {
      putLease(text);
      await drain();
      assert.deepEqual(cluster.asked, ['kafka-2', 'kafka-0']);
      assert.equal(note(), `4 ${BROKERS.uid}`);
    });
  }
});
