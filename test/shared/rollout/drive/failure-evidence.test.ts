import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Kube, KubeRequest } from '../../../../shared/kube/kube.ts';
import { readPod } from '../../../../shared/kube/objects.ts';
import { describeFailed, gatherEvidence } from '../../../../shared/rollout/drive/failure-evidence.ts';
import { apiError, fakeKube } from '../../../helpers/fake-kube.ts';
import { CRASHING_INIT, CRASHING_SIDECAR } from '../../../helpers/init-pods.ts';
import { manualClock } from '../../../helpers/manual-clock.ts';

const crashing = (name: string) =>
  readPod({
    metadata: { name },
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'proxy', ready: true, restartCount: 0, state: { running: {} } },
        {
          ...{ name: 'main', ready: false, restartCount: 5 },
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s\nrestarting' } },
        },
      ],
    },
  });

/** An API server whose logs answer as the test says. */
function logsOf(answer: (request: KubeRequest) => unknown): Kube & { asked: KubeRequest[] } {
  const asked: KubeRequest[] = [];
  const request = async (wanted: KubeRequest) => {
    asked.push(wanted);
    return answer(wanted);
  };
  return { ...fakeKube(), request, asked };
}

const gather = (kube: Kube, names: readonly string[], clock = manualClock()) =>
  gatherEvidence(names, names.filter((name) => name !== 'gone').map(crashing), {
    kube,
    clock,
    namespace: 'ns',
  });

describe('evidence about failed pods', () => {
  it('has the states of the containers and the last line of the broken one', async () => {
    const kube = logsOf(() => 'panic: \u001b[31mno store\u001b[0m\n');
    const [failed] = await gather(kube, ['db-3']);
    assert.deepEqual(failed, {
      pod: 'db-3',
      problem: 'CrashLoopBackOff',
      containers: [
        { name: 'proxy', kind: 'container', ready: true, restarts: 0, state: undefined },
        {
          ...{ name: 'main', kind: 'container', ready: false, restarts: 5 },
          state: 'CrashLoopBackOff: back-off 5m0s restarting',
        },
      ],
      log: 'panic: \u001b[31mno store\u001b[0m',
    });
    const [asked] = kube.asked;
    assert.equal(asked?.path, '/api/v1/namespaces/ns/pods/db-3/log');
    assert.deepEqual([asked?.query?.container, asked?.query?.tailLines], ['main', 1]);
    assert.equal(
      failed && describeFailed(failed),
      'db-3 (CrashLoopBackOff): container main: restarted 5 times, back-off 5m0s restarting; last log line: "panic: no store"',
    );
  });

  it('names a broken init container or sidecar, and reads the log of that one', async () => {
    for (const [pod, container, text] of [
      [
        CRASHING_INIT,
        'migrate',
        'db-0 (Init:CrashLoopBackOff): init container migrate: restarted 7 times, ' +
          'back-off 5m0s restarting failed container=migrate; last log line: "no table"',
      ],
      [
        CRASHING_SIDECAR,
        'proxy',
        'db-0 (CrashLoopBackOff): sidecar proxy: restarted 9 times, ' +
          'back-off 5m0s restarting failed container=proxy; last log line: "no table"',
      ],
    ] as const) {
      const kube = logsOf(() => 'no table');
      const clock = manualClock();
      const [failed] = await gatherEvidence(['db-0'], [readPod(pod)], { kube, clock, namespace: 'prod' });
      assert.equal(failed && describeFailed(failed), text);
      assert.deepEqual(
        kube.asked.map(({ query }) => query?.container),
        [container],
      );
    }
  });

  it('asks for no log of a container that never ran', async () => {
    const kube = logsOf(() => 'line');
    const state = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling' } };
    const status = { phase: 'Pending', containerStatuses: [{ name: 'main', restartCount: 0, state }] };
    const pod = readPod({ metadata: { name: 'db-1' }, status });
    const [failed] = await gatherEvidence(['db-1'], [pod], { kube, clock: manualClock(), namespace: 'ns' });
    assert.deepEqual(kube.asked, []);
    assert.equal(failed?.log, undefined);
  });

  it('leaves logs out that may not be read or do not come', async () => {
    const forbidden = logsOf(() => {
      throw apiError(403, 'Forbidden');
    });
    assert.equal((await gather(forbidden, ['db-3']))[0]?.log, undefined);

    const clock = manualClock();
    const silent = logsOf(
      ({ signal }) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    );
    const late = gather(silent, ['db-3'], clock);
    clock.advance(2_000);
    assert.equal((await late)[0]?.log, undefined);
    assert.deepEqual(clock.pending(), []);
  });

  it('asks for the logs of a few pods only, and of none that is missing', async () => {
    const kube = logsOf(() => 'line');
    const names = ['gone', ...Array.from({ length: 30 }, (_, ordinal) => `db-${ordinal}`)];
    const evidence = await gather(kube, names);
    assert.equal(evidence.length, 31);
    assert.equal(kube.asked.length, 4);
    const [missing] = evidence;
    assert.equal(missing && describeFailed(missing), 'gone (missing)');
  });
});
