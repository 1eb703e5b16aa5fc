import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { createScope } from '../../../webhook/tls/scope.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const SETTLE_MS = 75_000;
const NAMESPACES = '/api/v1/namespaces';

interface Shape {
  uid?: string;
  ageMs?: number;
  caBundle?: string;
  failurePolicy?: string;
  namespaceSelector?: object;
}

function configuration({ uid = 'one', ageMs = 3_600_000, caBundle, ...webhook }: Shape = {}): object {
  const creationTimestamp = new Date(NOW_MS - ageMs).toISOString();
  const metadata = { name: 'kubectl-zone', uid, creationTimestamp };
  return { metadata, webhooks: [{ clientConfig: { caBundle }, ...webhook }] };
}

function start(t: TestContext) {
  const clock = manualClock(NOW_MS);
  const kube = fakeKube(clock);
  const gaps: (string | undefined)[] = [];
  const scope = createScope({
    kube,
    clock,
    random: () => 0,
    log: silentLog,
    settleMs: SETTLE_MS,
    onGap: (namespace) => void gaps.push(namespace),
  });
  t.after(() => scope.stop());
  return { kube, gaps, scope };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('what the API server asks about', () => {
  it('has a gap when the configuration was made not long ago, and when it is made anew or changed', (t) => {
    const { gaps, scope } = start(t);
    scope.see(configuration());
    scope.see(configuration({ caBundle: 'another' }));
    assert.equal(gaps.length, 0);
    scope.see(configuration({ uid: 'two' }));
    assert.deepEqual(gaps, [undefined]);
    scope.see(configuration({ uid: 'two', failurePolicy: 'Ignore' }));
    assert.equal(gaps.length, 2);
    const young = start(t);
    young.scope.see(configuration({ ageMs: SETTLE_MS - 1 }));
    assert.equal(young.gaps.length, 1);
  });

  it('has a gap in a namespace whose labels bring it under the configuration', async (t) => {
    const { kube, gaps, scope } = start(t);
    const label = (name: string, guard: string) =>
      kube.put(NAMESPACES, { metadata: { name, labels: { guard } } });
    label('a', 'off');
    label('b', 'on');
    scope.see(configuration({ namespaceSelector: { matchLabels: { guard: 'on' } } }));
    while (kube.openWatches() === 0) await turn();
    label('b', 'off');
    label('a', 'on');
    while (gaps.length === 0) await turn();
    assert.deepEqual(gaps, ['a']);
  });

  it('watches no namespaces where labels cannot bring them under it', async (t) => {
    const { kube, scope } = start(t);
    const requests: string[] = [];
    kube.before = ({ path }) => void requests.push(path);
    const byName = { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] };
    scope.see(configuration({ namespaceSelector: { matchExpressions: [byName] } }));
    await turn();
    assert.deepEqual(requests, []);
  });
});
