import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createEventRecorder, type NewEvent } from '../../../shared/kube/event-recorder.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const EVENT: NewEvent = {
  regarding: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'mimir', name: 'store', uid: 'u' },
  type: 'Normal',
  reason: 'RolloutDone',
  action: 'RollingOut',
  note: 'done',
};

function setUp({ burst = 3, perMinute = 6 } = {}) {
  const clock = manualClock();
  const kube = fakeKube(clock);
  const errors: unknown[] = [];
  const recorder = createEventRecorder({
    ...{ kube, clock, burst, perMinute },
    controller: 'kubectl-zone.dev/test',
    instance: 'x'.repeat(200),
    onError: (error) => errors.push(error),
  });
  return { kube, clock, errors, recorder };
}

describe('event recorder', () => {
  it('writes an events.k8s.io/v1 Event within the limits of the API', () => {
    const { kube, recorder } = setUp();
    recorder.record({ ...EVENT, note: 'n'.repeat(5_000) });
    const [request] = kube.requests;
    assert.equal(request?.path, '/apis/events.k8s.io/v1/namespaces/mimir/events');
    assert.deepEqual(request?.body, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { generateName: 'store-', namespace: 'mimir' },
      regarding: EVENT.regarding,
      type: 'Normal',
      reason: 'RolloutDone',
      action: 'RollingOut',
      note: 'n'.repeat(1_000),
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'kubectl-zone.dev/test',
      reportingInstance: 'x'.repeat(128),
    });
  });

  it('writes no more than its rate, and says so', () => {
    const { clock, recorder } = setUp();
    const recordMany = () => Array.from({ length: 5 }, () => recorder.record(EVENT));
    assert.deepEqual(recordMany(), [true, true, true, false, false]);
    clock.advance(10_000);
    assert.deepEqual(recordMany(), [true, false, false, false, false]);
  });

  it('hands over why an Event was not written', async () => {
    const { kube, recorder, errors } = setUp();
    const refusal = apiError(403, 'Forbidden');
    kube.before = () => {
      throw refusal;
    };
    recorder.record(EVENT);
    await recorder.settled(1_000);
    assert.deepEqual(errors, [refusal]);
  });

  it('waits for Events under way, but not for longer than told, and leaves no timer', async () => {
    const { kube, clock, recorder } = setUp();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    kube.before = () => answered;
    recorder.record(EVENT);
    const late = recorder.settled(2_000);
    clock.advance(2_000);
    await late;

    const inTime = recorder.settled(2_000);
    answer();
    await inTime;
    assert.deepEqual(clock.pending(), []);
  });
});
