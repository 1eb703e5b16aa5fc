import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_MEMORY as NO_DRAIN_MEMORY } from '../../../../plugin/views/drain/narration/memory.ts';
import { narrateDrain } from '../../../../plugin/views/drain/narration/narrate.ts';
import { NO_STORY, narrateProbe, type ProbeEvent } from '../../../../plugin/views/probe/narrate.ts';
import { NO_MEMORY } from '../../../../plugin/views/rollout/narration/memory.ts';
import { narrate } from '../../../../plugin/views/rollout/narration/narrate.ts';
import type { RolloutEvent } from '../../../../shared/rollout/drive/events.ts';
import { sample, URL_SHOWN } from '../../probe/decide/results.ts';

const failed = (atMs: number, pods: readonly string[] = ['web-2']): ProbeEvent => ({
  ...{ atMs, pods, type: 'probe-failed', url: URL_SHOWN, connection: 'fresh' },
  ...{ code: 502, reason: '502 Bad\u001b[31m Gateway', tookMs: 20 },
});
const second = (atMs: number, given: Parameters<typeof sample>[0] = {}): ProbeEvent => ({
  atMs,
  type: 'probes',
  ...sample(given),
});

function reported(events: readonly ProbeEvent[]): string[] {
  let memory = { probe: NO_STORY };
  return events.flatMap((event) => {
    const [next, sentences] = narrateProbe(memory, event);
    memory = next;
    return sentences.map(({ text }) => text);
  });
}

describe('what is reported of probes', () => {
  it('is nothing while all is well', () => assert.deepEqual(reported([second(1_000), second(2_000)]), []));

  it('is the first failure, and when there are no more', () => {
    const events = [
      ...[failed(1_000), failed(1_100), second(2_000, { failed: 2 }), failed(2_100)],
      ...[second(3_000, { failed: 5 }), second(4_000, { requests: 0 }), second(5_200), second(6_000)],
    ];
    assert.deepEqual(reported(events), [
      `probe: 502 Bad Gateway while replacing web-2 (${URL_SHOWN}, a fresh connection)`,
      'probe: requests succeed again after 4s; 7 requests failed',
    ]);
  });

  it('says so when no pod was being replaced, and when the machine stood still', () => {
    assert.match(reported([failed(0, [])])[0] ?? '', /Gateway while no pod was being replaced \(/);
    assert.deepEqual(reported([second(1_000, { skipped: 120 })]), [
      'probe: this machine was suspended, and 120 requests were not sent',
    ]);
  });

  it('is reported of rollouts and drains alike', () => {
    const [, ofRollout] = narrate(NO_MEMORY, failed(1_000) satisfies RolloutEvent);
    const [, ofDrain] = narrateDrain(NO_DRAIN_MEMORY, failed(1_000));
    assert.deepEqual([ofRollout.length, ofDrain.length], [1, 1]);
    assert.deepEqual(ofRollout, ofDrain);
  });
});
