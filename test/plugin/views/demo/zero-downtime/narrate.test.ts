import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counted, NOTHING, type Sample, type Tally } from '../../../../../plugin/demo/zero-downtime/tally.ts';
import { zeroDowntimeNarrator } from '../../../../../plugin/views/demo/zero-downtime/narrate.ts';
import { tallyLines } from '../../../../../plugin/views/demo/zero-downtime/table.ts';

function tally(...samples: [number, Sample][]): Tally {
  return samples
    .flatMap(([times, sample]) => Array.from({ length: times }, () => sample))
    .reduce((sum, sample) => counted(sum, sample), NOTHING);
}

const FOUND = tally(
  [1200, { connection: 'fresh', code: 200, tookMs: 100 }],
  [900, { connection: 'kept-alive', code: 200, tookMs: 120 }],
  [3, { connection: 'fresh', code: 502, tookMs: 40 }],
  [7, { connection: 'kept-alive', code: 504, tookMs: 10_040 }],
);
const MENDED = tally([2000, { connection: 'fresh', code: 200, tookMs: 100 }]);

describe('the table of codes', () => {
  it('has a line for each code and one for all', () => {
    assert.deepEqual(tallyLines(FOUND), [
      'code   fresh   kept-alive     all   slowest',
      '200    1,200          900   2,100      0.1s',
      '502        3            0       3      0.0s   the pod refused or broke the connection',
      '504        0            7       7     10.0s   no answer at the pod’s address',
      'all    1,203          907   2,110',
    ]);
  });
});

describe('the demo, said line by line', () => {
  const said = (event: Parameters<typeof zeroDowntimeNarrator.narrate>[1]) =>
    zeroDowntimeNarrator.narrate(undefined, event)[1].map(({ text, tone }) => `${tone}: ${text}`);

  it('says what each rolling update cost', () => {
    assert.deepEqual(said({ atMs: 0, type: 'ended', phase: 'found', tookMs: 16_000, tally: FOUND }), [
      'bad: as deployed: all pods are updated after 16s; 10 of 2,110 requests failed',
    ]);
    assert.deepEqual(said({ atMs: 0, type: 'ended', phase: 'mended', tookMs: 87_000, tally: MENDED }), [
      'good: after check --fix: all pods are updated after 1m 27s; all of 2,000 requests were answered',
    ]);
  });

  it('says how it goes meanwhile', () => {
    assert.deepEqual(said({ atMs: 0, type: 'progress', phase: 'found', tally: FOUND }), [
      'warn:   2,110 requests, 10 failed',
    ]);
  });

  it('keeps the layout of our command’s report, and nothing that could forge lines', () => {
    assert.deepEqual(said({ atMs: 0, type: 'said', line: '    fix  \u001b[31mit\r' }), [
      'faint:       fix  it',
    ]);
  });

  it('ends with both tables and what they say', () => {
    const tallies = { found: FOUND, mending: NOTHING, mended: MENDED };
    const lines = zeroDowntimeNarrator.closing({ atMs: 0, type: 'finished', exitCode: 0, tallies });
    assert.equal(lines[0], 'rolling update as deployed:');
    assert.ok(lines.includes('the same rolling update after kubectl zone check --fix:'));
    assert.equal(lines.at(-1), '10 of 2,110 requests failed as deployed, and none of 2,000 after the fix');
    const costly = { ...tallies, mending: FOUND };
    assert.match(
      zeroDowntimeNarrator.closing({ atMs: 0, type: 'finished', exitCode: 0, tallies: costly }).at(-1) ?? '',
      /^rolling out the fix failed 10: /,
    );
    const failed = zeroDowntimeNarrator.closing({
      atMs: 0,
      type: 'finished',
      exitCode: 1,
      tallies: { ...tallies, mended: FOUND },
    });
    assert.match(failed.at(-1) ?? '', /after the fix 10 of 2,110 requests failed/);
  });
});
