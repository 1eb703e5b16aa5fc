import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { KubeRequest } from '../../../shared/kube/kube.ts';
import { type Log, silentLog } from '../../../webhook/telemetry/log.ts';
import { startInjector } from '../../../webhook/tls/inject.ts';
import { apiError, type FakeKube, type FakeObject, fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const NAME = 'kubectl-zone';
/** As long as the injector waits after an error. */
const RETRY_MS = 2_000;
const GROUP = '/apis/admissionregistration.k8s.io/v1';
const VALIDATING = `${GROUP}/validatingwebhookconfigurations`;
const MUTATING = `${GROUP}/mutatingwebhookconfigurations`;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const configuration = (...bundles: (string | undefined)[]): FakeObject => ({
  metadata: { name: NAME },
  webhooks: bundles.map((bundle, index) => ({
    name: `webhook-${index}`,
    clientConfig: bundle === undefined ? {} : { caBundle: base64(bundle) },
  })),
});

interface Addressed {
  clientConfig: { url?: string; service?: { name: string; path: string } };
}

const addressed = (...clientConfigs: Addressed['clientConfig'][]): FakeObject => ({
  metadata: { name: NAME },
  webhooks: clientConfigs.map((clientConfig) => ({ clientConfig })),
});

/** An injector over a fake API that understands the one kind of JSON patch it sends. */
function start(
  t: TestContext,
  configurations: Readonly<Record<string, FakeObject>>,
  before: FakeKube['before'] = () => {},
) {
  const fake = fakeKube();
  fake.before = before;
  const clock = manualClock();
  const patches: KubeRequest[] = [];
  const warnings: string[] = [];
  let caBundle = 'ca-1';
  let token: string | undefined;
  let answer: () => Error | undefined = () => undefined;
  for (const [path, object] of Object.entries(configurations)) fake.put(path, object);

  const kube = {
    ...fake,
    async request(request: KubeRequest) {
      if (request.method !== 'PATCH') return fake.request(request);
      patches.push(request);
      const error = answer();
      if (error) throw error;
      const collection = request.path.slice(0, request.path.lastIndexOf('/'));
      const object = fake.get(collection, NAME) ?? assert.fail();
      const [test, ...operations] = request.body as { op: string; path: string; value: string }[];
      assert.deepEqual(test, {
        op: 'test',
        path: '/metadata/resourceVersion',
        value: object.metadata.resourceVersion,
      });
      for (const { op, path, value } of operations) {
        assert.equal(op, 'add');
        const [field = '', ...fields] = path.split('/').slice(1).reverse();
        const parent = fields.reverse().reduce((at: unknown, step) => (at as never)[step], object);
        Object.assign(parent ?? assert.fail(path), { [field]: value });
      }
      return fake.put(collection, object);
    },
  };
  const log: Log = { ...silentLog, warn: (_, message) => void warnings.push(message) };
  const injector = startInjector({
    kube,
    name: NAME,
    caBundle: () => caBundle,
    token: () => token,
    clock,
    random: () => 0,
    log,
  });
  t.after(() => injector.stop());
  const bundlesIn = (path: string) =>
    ((fake.get(path, NAME)?.webhooks ?? []) as { clientConfig: { caBundle?: string } }[]).map(
      ({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString(),
    );
  return {
    injector,
    fake,
    clock,
    patches,
    warnings,
    bundlesIn,
    /** Resolves when the condition holds, looked at in every turn of the event loop. */
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) await new Promise((resolve) => setImmediate(resolve));
    },
    rotate(next: string) {
      caBundle = next;
      injector.refresh();
    },
    putToken(next: string) {
      token = next;
      injector.refresh();
    },
    answerPatches(next: () => Error | undefined) {
      answer = next;
    },
  };
}

describe('the CAs in the webhook configurations', () => {
  it('are put into every webhook of both kinds, and it says when they are there', async (t) => {
    const both = { [VALIDATING]: configuration(undefined, 'other'), [MUTATING]: configuration('old') };
    const { injector, until, bundlesIn, patches } = start(t, both);
    assert.equal(injector.done, false);
    await until(() => injector.done);
    assert.deepEqual(bundlesIn(VALIDATING), ['ca-1', 'ca-1']);
    assert.deepEqual(bundlesIn(MUTATING), ['ca-1']);
    assert.equal(patches.length, 2);
  });

  it('are left alone where they are right', async (t) => {
    const { injector, until, patches, fake } = start(t, { [VALIDATING]: configuration('ca-1', undefined) });
    await until(() => injector.done);
    assert.equal(patches.length, 1);
    assert.deepEqual(
      ((patches[0] ?? assert.fail()).body as { path: string }[]).map(({ path }) => path),
      ['/metadata/resourceVersion', '/webhooks/1/clientConfig/caBundle'],
    );
    fake.put(VALIDATING, { ...configuration('ca-1', 'ca-1'), more: 'something else has changed' });
    fake.put(VALIDATING, configuration('ca-1', undefined));
    await until(() => patches.length > 1);
    assert.equal(patches.length, 2);
  });

  it('need no mutating configuration, but one that is there has to have them', async (t) => {
    const { injector, until, fake, answerPatches, patches } = start(t, {
      [VALIDATING]: configuration('ca-1'),
    });
    await until(() => injector.done);
    answerPatches(() => apiError(403, 'Forbidden'));
    fake.put(MUTATING, configuration(undefined));
    await until(() => patches.length > 0);
    assert.equal(injector.done, false);
  });

  it('do not count as there while there is no configuration, or one without webhooks', async (t) => {
    const { injector, until, fake } = start(t, { [VALIDATING]: configuration() });
    await until(() => fake.openWatches() === 2);
    assert.equal(injector.done, false);
    fake.put(VALIDATING, configuration(undefined));
    await until(() => injector.done);
    fake.remove(VALIDATING, NAME);
    await until(() => !injector.done);
  });

  for (const refused of [VALIDATING, MUTATING]) {
    it(`are put there although the first list of ${refused} was refused, and not thought there before`, async (t) => {
      const both = { [VALIDATING]: configuration(undefined), [MUTATING]: configuration(undefined) };
      const refuse = ({ path }: { path: string }) => {
        if (path === refused) throw apiError(403, 'Forbidden');
      };
      const { injector, until, bundlesIn, clock, fake, patches } = start(t, both, refuse);
      await clock.scheduled(() => true);
      await until(() => patches.length === 1);
      assert.equal(injector.done, false);
      fake.before = () => {};
      clock.advance(1_000);
      await until(() => injector.done);
      assert.deepEqual([bundlesIn(VALIDATING), bundlesIn(MUTATING)], [['ca-1'], ['ca-1']]);
    });
  }

  it('come back when somebody overwrites them, and follow a new CA', async (t) => {
    const { injector, until, fake, bundlesIn, rotate } = start(t, { [VALIDATING]: configuration(undefined) });
    await until(() => injector.done);
    fake.put(VALIDATING, configuration(undefined, 'kubectl apply'));
    await until(() => bundlesIn(VALIDATING).join() === 'ca-1,ca-1');
    await until(() => injector.done);
    rotate('ca-2');
    await until(() => bundlesIn(VALIDATING).join() === 'ca-2,ca-2');
  });

  it('come with the token at the end of our paths and URLs, in place of another one', async (t) => {
    const { injector, until, fake, putToken } = start(t, {
      [VALIDATING]: addressed(
        { service: { name: 'webhook', path: '/evict' } },
        { url: 'https://a.test/x/evict' },
      ),
      [MUTATING]: addressed(
        { service: { name: 'webhook', path: '/bind/old' } },
        { url: 'https://a.test/other' },
      ),
    });
    await until(() => injector.done);
    const addresses = (path: string) =>
      ((fake.get(path, NAME)?.webhooks ?? []) as Addressed[]).map(
        ({ clientConfig: { service, url } }) => service?.path ?? url,
      );
    assert.deepEqual(addresses(MUTATING), ['/bind/old', 'https://a.test/other']);
    putToken('0123');
    await until(() => addresses(MUTATING)[0] === '/bind/0123');
    await until(() => injector.done);
    assert.deepEqual(addresses(VALIDATING), ['/evict/0123', 'https://a.test/x/evict/0123']);
    assert.deepEqual(addresses(MUTATING), ['/bind/0123', 'https://a.test/other']);
    fake.put(VALIDATING, addressed({ service: { name: 'webhook', path: '/evict' } }));
    await until(() => addresses(VALIDATING)[0] === '/evict/0123');
  });

  it('are tried again after an error, with a warning', async (t) => {
    const { injector, until, fake, clock, warnings, answerPatches, patches } = start(t, {});
    answerPatches(() => apiError(500, 'InternalError'));
    fake.put(VALIDATING, configuration(undefined));
    await clock.scheduled((delayMs) => delayMs === RETRY_MS);
    assert.deepEqual([patches.length, warnings], [1, ['configuration could not be set']]);
    answerPatches(() => undefined);
    clock.advance(RETRY_MS);
    await until(() => injector.done);
    assert.equal(patches.length, 2);
  });

  it('are tried again without a warning when the configuration has changed meanwhile', async (t) => {
    const { injector, until, fake, clock, warnings, answerPatches } = start(t, {});
    answerPatches(() => apiError(422, 'Invalid'));
    fake.put(VALIDATING, configuration(undefined));
    await clock.scheduled((delayMs) => delayMs === RETRY_MS);
    answerPatches(() => undefined);
    clock.advance(RETRY_MS);
    await until(() => injector.done);
    assert.deepEqual(warnings, []);
  });

  it('are not tried again once it has stopped', async (t) => {
    const { injector, fake, clock, answerPatches } = start(t, {});
    answerPatches(() => apiError(500, 'InternalError'));
    fake.put(VALIDATING, configuration(undefined));
    await clock.scheduled((delayMs) => delayMs === RETRY_MS);
    await injector.stop();
    assert.deepEqual(clock.pending(), []);
    assert.equal(fake.openWatches(), 0);
  });
});
