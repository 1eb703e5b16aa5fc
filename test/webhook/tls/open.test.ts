import assert from 'node:assert/strict';
import { it } from 'node:test';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { openPatiently } from '../../../webhook/tls/open.ts';
import type { TlsSource } from '../../../webhook/tls/source.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

it('certificates are asked for until they are there, with growing waits and the reason', async () => {
  const clock = manualClock();
  const source: TlsSource = {
    current: { server: { cert: '', key: '' }, caBundle: undefined, token: undefined },
    onChange() {},
    async stop() {},
  };
  const reasons: string[] = [];
  let failures = 7;
  const opening = openPatiently(
    async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('secrets is forbidden');
      return source;
    },
    { clock, log: silentLog, onWaiting: (reason) => void reasons.push(reason) },
  );
  for (const waitMs of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
    assert.equal(await clock.scheduled(() => true), waitMs);
    clock.advance(waitMs);
  }
  assert.equal(await opening, source);
  assert.deepEqual(new Set(reasons), new Set(['secrets is forbidden']));
  assert.equal(reasons.length, 7);
});
