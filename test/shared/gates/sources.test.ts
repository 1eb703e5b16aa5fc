import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { after, describe, it } from 'node:test';
import { fakeKube } from '../../helpers/fake-kube.ts';

const WORKLOAD = { namespace: 'default', pods: () => [] };

describe('what is loaded for which gates', () => {
  const loaded: string[] = [];
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      loaded.push(resolved.url);
      return resolved;
    },
  });
  after(() => hooks.deregister());
  const has = (part: string) => loaded.some((url) => url.includes(part));

  it('is the AWS SDK for an alarm, and for nothing else', async () => {
    const { gatesFrom } = await import('../../../plugin/rollout/gate-options.ts');
    const { gateSources } = await import('../../../shared/gates/sources.ts');
    const { watchGates } = await import('../../../shared/gates/watch.ts');
    const without = gatesFrom({
      'gate-http': ['http://127.0.0.1:1'],
      'pause-alarm': ['x'],
      'ignore-alarm': true,
    });
    assert.ok(!('problems' in without));
    const sources = await gateSources(without, fakeKube(), WORKLOAD);
    assert.deepEqual(
      sources.map(({ source }) => source),
      ['http://127.0.0.1:1'],
    );
    assert.equal(typeof watchGates, 'function');
    assert.ok(has('/shared/gates/http.ts'));
    assert.ok(!has('/shared/gates/prometheus.ts'));
    assert.ok(!has('/shared/gates/cloudwatch.ts'));
    assert.ok(!has('/shared/gates/ring.ts'));
    assert.ok(!has('@aws-sdk'));

    const alarmed = gatesFrom({ 'pause-alarm': ['x'], 'alarm-endpoint': 'http://127.0.0.1:1' });
    assert.ok(!('problems' in alarmed));
    const [cloudWatch = assert.fail()] = await gateSources(alarmed, fakeKube(), WORKLOAD);
    assert.ok(has('@aws-sdk/client-cloudwatch'), 'these hooks would not have seen the SDK');
    cloudWatch.close();
  });

  it('makes a source of each query, each address and the ring', async () => {
    const { gatesFrom } = await import('../../../plugin/rollout/gate-options.ts');
    const { gateSources } = await import('../../../shared/gates/sources.ts');
    const request = gatesFrom({
      'gate-prometheus': ['up == 0', 'x > 1'],
      'prometheus-url': 'http://127.0.0.1:1',
      'gate-http': ['http://127.0.0.1:2', 'http://127.0.0.1:3'],
      ring: '/ring',
    });
    assert.ok(!('problems' in request));
    const sources = await gateSources(request, fakeKube(), WORKLOAD);
    assert.deepEqual(
      sources.flatMap(({ names }) => names),
      [
        'Prometheus query up == 0',
        'Prometheus query x > 1',
        'gate http://127.0.0.1:2',
        'gate http://127.0.0.1:3',
        'hash ring /ring',
      ],
    );
  });
});
