import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flushPlain } from '../../../../plugin/views/demo/plain.ts';
import { manualClock } from '../fixtures/clock.ts';
import { written } from '../fixtures/sink.ts';
import { SCRIPT, scriptUntil } from './script.ts';

function reported(events: typeof SCRIPT): Promise<string> {
  const options = { env: { LANG: 'C.UTF-8' }, colour: false, clock: manualClock() };
  return written((stdout) => flushPlain({ stdout, ...options }), events);
}

describe('the demo in plain lines', () => {
  it('tells each load of the store, and what our command says', async () => {
    assert.deepEqual((await reported(scriptUntil(1.5))).split('\n'), [
      '       0s  store capacity 3,600 writes/s; steady load 1,167, and each of 3 ingesters adds 2,333 for 10m 00s when it exits',
      '       0s  both start; time runs 30 times as fast',
      '       0s  plain rolling update: no pod flushes, 1,167 writes/s',
      '       0s  kubectl zone rollout: no pod flushes, 1,167 writes/s',
      '       6s    wave 1 in zone-a: ingester-0',
      '      12s  kubectl zone rollout: 1 pod flushes in zone-a, 3,500 writes/s',
      '      30s  plain rolling update: 1 pod flushes in zone-a, 3,500 writes/s',
      '   1m 00s  plain rolling update: 2 pods flush in zone-a, zone-c, 5,833 writes/s, the store drops 2,233 of them',
      '   1m 30s  plain rolling update: 3 pods flush in zone-a, zone-b, zone-c, 8,167 writes/s, the store drops 4,567 of them',
      '',
    ]);
  });

  it('ends with the charts and the figures', async () => {
    const lines = (await reported(SCRIPT)).trimEnd().split('\n');
    assert.deepEqual(lines.slice(-10), [
      '                                   plain rolling update   kubectl zone rollout',
      'peak writes/s                                     8,167                  3,500',
      'time above 3,600 writes/s                       10m 00s                     0s',
      'writes lost                                   2,600,000                      0',
      'most pods flushing at once                            3                      1',
      'zones with pods flushing at once                      3                      1',
      'time taken                                      11m 30s                31m 36s',
      '',
      'the plain rolling update lost 2,600,000 writes;',
      'kubectl zone took 20m 06s longer and lost none',
    ]);
    assert.ok(
      lines.includes('plain rolling update  done after 11m 30s  2,600,000 writes lost'),
      lines.join('\n'),
    );
  });
});
