import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, readConfig } from '../../webhook/config.ts';

describe('configuration', () => {
  it('comes from flags, then the environment, then defaults', () => {
    const env = { POD_NAMESPACE: 'system', METRICS_PORT: '9090', PORT: '1', POD_NAME: 'webhook-x' };
    const config = readConfig(['--port=8444', '--tls-names=a,b'], env, 'unique');
    assert.deepEqual(
      [config.port, config.metricsPort, config.namespace, config.webhookConfiguration, config.tlsNames],
      [8444, 9090, 'system', 'kubectl-zone', ['a', 'b']],
    );
    assert.equal(config.identity, 'webhook-x_unique');
  });

  it('refuses unknown flags and values that cannot be used', () => {
    for (const argv of [['--prot=1'], ['--port=x'], ['--log-level=loud'], ['extra']]) {
      assert.throws(() => readConfig(argv, {}, 'unique'), ConfigError, argv.join());
    }
  });
});
