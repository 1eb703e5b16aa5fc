import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDenialEvents } from '../../../webhook/telemetry/events.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

describe('Events about denials', () => {
  it('come once for a pod in five minutes, and at most thirty a minute', () => {
    const kube = fakeKube();
    const clock = manualClock();
    const events = createDenialEvents({ kube, clock, log: silentLog, identity: 'test' });
    const record = (pod: string) => events.record({ namespace: 'default', pod, uid: 'a-uid', message: 'no' });
    record('db-0');
    record('db-0');
    assert.equal(kube.requests.length, 1);
    clock.advance(5 * 60_000);
    record('db-0');
    assert.equal(kube.requests.length, 2);
    clock.advance(60_000);
    for (let ordinal = 1; ordinal <= 100; ordinal += 1) record(`db-${ordinal}`);
    assert.equal(kube.requests.length, 32);
    clock.advance(2_000);
    for (let ordinal = 101; ordinal <= 200; ordinal += 1) record(`db-${ordinal}`);
    assert.equal(kube.requests.length, 33);
  });
});
