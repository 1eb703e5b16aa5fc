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

  it('refuses a settle time that is shorter than an eviction may be under way', () => {
    const settleMs = (...argv: string[]) => readConfig(argv, {}, 'unique').settleMs;
    assert.equal(settleMs(), 75_000);
    assert.equal(settleMs('--budget-settle-time=1m'), 60_000);
    for (const text of ['59s', '0', 'soon']) {
      assert.throws(() => settleMs(`--budget-settle-time=${text}`), /at least 60s.*--request-timeout/, text);
    }
    assert.equal(settleMs('--budget-settle-time=2m'), 120_000);
    assert.throws(() => settleMs('--budget-settle-time=121s'), /at most 120s, not "121s".*--request-timeout/);
    assert.equal(settleMs('--unsafe-settle-time-for-tests=100ms'), 100);
    const env = { UNSAFE_SETTLE_TIME_FOR_TESTS: '100ms' };
    assert.equal(readConfig([], env, 'unique').settleMs, 75_000, 'no environment sets it by mistake');
  });

  it('takes lifetimes of certificates as kubectl writes durations, where a rotation fits into them', () => {
    const of = (...argv: string[]) => readConfig(argv, {}, 'unique').certificates;
    const DAY_MS = 24 * 60 * 60_000;
    assert.deepEqual(of(), {
      authorityLifetimeMs: 5 * 365 * DAY_MS,
      serverLifetimeMs: 90 * DAY_MS,
      settleMs: 600_000,
    });
    const short = ['--ca-lifetime=1h', '--certificate-lifetime=30m', '--certificate-settle-time=20m'];
    assert.deepEqual(of(...short), {
      authorityLifetimeMs: 3_600_000,
      serverLifetimeMs: 1_800_000,
      settleMs: 1_200_000,
    });
    for (const argv of [['--ca-lifetime=29m'], ['--certificate-lifetime=90d'], ['--ca-lifetime=0']]) {
      assert.throws(() => of(...argv), ConfigError, argv.join());
    }
  });
});
