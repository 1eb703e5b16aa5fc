import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  faultOf,
  flushOf,
  parseDurationMs,
  startMs,
} from '../../../../plugin/sandbox/controllers/simulation.ts';
import { seededRandom } from '../../../../plugin/sandbox/random.ts';
import fc from '../../../helpers/seed.ts';

function pod(annotations: Record<string, string>, image = 'app:1', graceS?: number) {
  const prefixed = Object.entries(annotations).map(([name, value]) => [
    `sim.kubectl-zone.dev/${name}`,
    value,
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      annotations: Object.fromEntries(prefixed),
      ...(graceS === undefined ? {} : { deletionGracePeriodSeconds: graceS }),
    },
    spec: { containers: [{ name: 'app', image }] },
    status: {},
  };
}

describe('simulated times', () => {
  it('read durations as Go writes them', () => {
    assert.equal(parseDurationMs('1m30s'), 90_000);
    assert.equal(parseDurationMs('150ms'), 150);
    assert.equal(parseDurationMs('1.5h'), 5_400_000);
    assert.equal(parseDurationMs('2'), undefined);
    assert.equal(parseDurationMs('-1s'), undefined);
  });

  it('start in a second unless told', () => {
    assert.equal(startMs(pod({}), seededRandom(1)), 1000);
    assert.equal(startMs(pod({ start: '5s' }), seededRandom(1)), 5000);
  });

  it('start within their bounds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(100), fc.nat(100), (seed, least, more) => {
        const time = startMs(
          pod({ start: `${least}s`, 'start-max': `${least + more}s` }),
          seededRandom(seed),
        );
        assert.ok(time >= least * 1000 && time <= (least + more) * 1000);
      }),
    );
  });

  it('flush no longer than the grace period', () => {
    const flush = (text: string) => flushOf(pod({ flush: text }, 'app:1', 30), seededRandom(1));
    assert.deepEqual(flush('10m'), { lastsMs: 30_000, killed: true });
    assert.deepEqual(flush('30s'), { lastsMs: 30_000, killed: false });
    assert.deepEqual(flush('5s'), { lastsMs: 5000, killed: false });
  });

  it('know broken and crashing images by their tag', () => {
    assert.equal(faultOf(pod({}, 'app:1')), undefined);
    assert.deepEqual(faultOf(pod({}, 'registry/app:broken')), {
      kind: 'broken',
      image: 'registry/app:broken',
    });
    assert.equal(faultOf(pod({}, 'app:crash'))?.kind, 'crash');
  });
});
