import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { ExitCode } from '../../../plugin/cli/errors.ts';
import { runDrain } from '../../../plugin/drain/drain.ts';
import type { DrainRequest } from '../../../plugin/drain/request.ts';
import { openDrainReporter } from '../../../plugin/views/open.ts';
import { type TestContext, testContext } from '../../helpers/context.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { NO_FLAGS } from './builders.ts';
import { type FakeCluster, fakeCluster, settle } from './fake-cluster.ts';

const REQUEST: DrainRequest = {
  targets: { names: ['old'], selector: undefined, zones: [] },
  options: { zoneOrder: [], maxNodes: undefined, soakMs: 0, pendingMs: 60_000, ignoreBroken: [] },
  filters: NO_FLAGS,
  removal: { disableEviction: false, gracePeriodSeconds: undefined },
  connection: {},
  timeoutMs: undefined,
  dryRun: undefined,
  output: 'json',
  uncordonOnFailure: false,
  yes: true,
  commandLine: 'kubectl zone drain old --yes',
};

/** As much of a JSON line as is looked at. */
interface Event {
  zones?: unknown;
  message?: string;
  outcome?: string;
  reason?: string;
  summary?: { cordoned: string[] };
}

describe('kubectl zone drain', () => {
  let cluster: FakeCluster;
  let clock: ManualClock;
  let operator: TestContext;

  beforeEach(() => {
    clock = manualClock();
    cluster = fakeCluster(clock);
    operator = testContext({});
    Object.assign(operator.context, { clock, random: () => 0.5, connect: async () => cluster.kube });
    cluster.addNode('old', 'zone-a');
    cluster.addNode('new', 'zone-a');
    cluster.addSet('ingester', 1);
    cluster.addPod('ingester-0', 'old');
  });

  const drain = (request: Partial<DrainRequest> = {}) =>
    runDrain({ ...REQUEST, ...request }, operator.context, openDrainReporter);
  const events = () =>
    operator.stdout.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
  const moved = () => {
    cluster.removePod('ingester-0');
    cluster.addPod('ingester-0', 'new');
  };
  const writes = () =>
    cluster.fake.requests.filter(({ method }) => method === 'PATCH' || method === 'DELETE');
  const end = async (running: Promise<ExitCode>): Promise<ExitCode> => {
    await settle();
    return running;
  };

  it('asks for no zone budgets where the server does not know them, as many may not list them', async () => {
    const running = drain();
    await settle();
    moved();
    assert.equal(await running, 0);
    assert.ok(!cluster.fake.requests.some(({ path }) => path.includes('zonedisruptionbudgets')));
  });

  it('drains, and says how to take it back', async () => {
    const running = drain();
    await settle();
    moved();
    assert.equal(await running, 0);
    const said = events();
    assert.deepEqual(said[0]?.zones, [{ zone: 'zone-a', nodes: ['old'] }]);
    assert.match(String(said[1]?.message), /only this drain .* statefulset\/ingester of cortex/);
    assert.equal(said.at(-1)?.outcome, 'done');
    assert.match(operator.stderr.text, /1 node is left cordoned: old\n.*kubectl uncordon old/);
    assert.equal(cluster.fake.openWatches(), 0);
    assert.deepEqual(clock.pending(), []);
  });

  it('touches nothing where a pod needs a flag', async () => {
    cluster.addPod('ingester-1', 'old', { emptyDir: true });
    await assert.rejects(drain(), /local storage.*cortex\/ingester-1/);
    assert.deepEqual(writes(), []);
    assert.deepEqual(cluster.asked, []);
    assert.equal(cluster.fake.openWatches(), 0);
  });

  it('touches nothing without a yes', async () => {
    await assert.rejects(drain({ yes: false }), /cannot ask without a terminal/);
    assert.deepEqual(writes(), []);
  });

  it('asks nothing where nothing is left to do', async () => {
    moved();
    cluster.fake.put('/api/v1/nodes', { metadata: { name: 'old' }, spec: { unschedulable: true } });
    assert.equal(await end(drain({ yes: false })), 0);
    assert.deepEqual(writes(), []);
  });

  it('prints a plan and touches nothing', async () => {
    assert.equal(await end(drain({ dryRun: 'client', output: undefined })), 0);
    assert.match(operator.stdout.text, /zone-a +old +no +1 +0 +cortex\/ingester-0/);
    assert.deepEqual(writes(), []);
    assert.deepEqual(cluster.asked, []);
  });

  it('asks the API server about each pod in a dry run on the server', async () => {
    assert.equal(await end(drain({ dryRun: 'server', output: undefined })), 0);
    assert.deepEqual(cluster.asked, ['ingester-0']);
    assert.match(operator.stderr.text, /1 of 1 removal/);
  });

  it('stops when the time is over, and leaves the node cordoned', async () => {
    const running = drain({ timeoutMs: 60_000 });
    await settle();
    clock.advance(60_000);
    assert.equal(await running, 3);
    assert.match(String(events().at(-1)?.reason), /--timeout 60s/);
    assert.equal(cluster.isCordoned('old'), true);
    assert.match(
      operator.stderr.text,
      /to continue: kubectl zone drain old --yes\n {2}to undo: {5}kubectl uncordon/,
    );
  });

  it('uncordons what it has cordoned and not finished, where that is wanted', async () => {
    const running = drain({ timeoutMs: 60_000, uncordonOnFailure: true });
    await settle();
    clock.advance(60_000);
    assert.equal(await running, 3);
    assert.equal(cluster.isCordoned('old'), false);
    assert.deepEqual(events().at(-1)?.summary?.cordoned, []);
    assert.match(operator.stderr.text, /no node is left cordoned/);
  });

  it('leaves a node cordoned that was so before', async () => {
    cluster.fake.put('/api/v1/nodes', {
      metadata: { name: 'old', labels: { 'topology.kubernetes.io/zone': 'zone-a' } },
      spec: { unschedulable: true },
    });
    const running = drain({ timeoutMs: 60_000, uncordonOnFailure: true });
    await settle();
    clock.advance(60_000);
    assert.equal(await running, 3);
    assert.equal(cluster.isCordoned('old'), true);
  });

  it('ends at an interrupt, and says which nodes are cordoned', async () => {
    const running = drain();
    await settle();
    operator.interrupt();
    assert.equal(await running, 130);
    assert.match(operator.stderr.text, /left cordoned: old/);
    assert.equal(cluster.fake.openWatches(), 0);
  });
});
