import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import type { BudgetEvent, BudgetReporter } from '../../../../plugin/budget/events.ts';
import type { BudgetReport } from '../../../../plugin/budget/report.ts';
import type { OutputStream } from '../../../../plugin/cli/context.ts';
import { budgetJsonLines } from '../../../../plugin/views/budget/json-lines.ts';
import { budgetLines } from '../../../../plugin/views/budget/lines.ts';
import { reportOf } from './reports.ts';

function collect(): { stream: OutputStream; text(): string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}

async function written(
  open: (stdout: OutputStream, stderr: OutputStream) => BudgetReporter,
  ...shown: (readonly BudgetReport[] | BudgetEvent)[]
) {
  const stdout = collect();
  const stderr = collect();
  const reporter = open(stdout.stream, stderr.stream);
  for (const each of shown) {
    reporter.report('type' in each ? each : { type: 'reports', atMs: 0, reports: each });
  }
  await reporter.close();
  return { stdout: stdout.text(), stderr: stderr.text() };
}

const lines =
  (table = { namespaces: false, wide: false }) =>
  (stdout: OutputStream, stderr: OutputStream) =>
    budgetLines({ stdout, stderr, table });

describe('budgetLines', () => {
  it('prints the table once, and then the changed rows', async () => {
    const [first, ...others] = reportOf().zones;
    assert.ok(first);
    const changed = reportOf({ zones: [{ ...first, allowed: 1 }, ...others] });
    const { stdout } = await written(lines(), [reportOf()], [reportOf()], [changed]);
    assert.equal(
      stdout,
      `NAME       ZONE     HEALTHY   RESERVED   ALLOWED   MAX UNAVAILABLE   UNAVAILABLE
ingester   zone-a   4/4       0          0         4 (33%)
ingester   zone-b   3/4       1          2         4 (33%)           ingester-4 (ImagePullBackOff)
ingester   zone-c   4/4       0          0         4 (33%)
ingester   zone-a   4/4       0          1         4 (33%)
`,
    );
  });

  it('shows namespaces and all names on request', async () => {
    const { stdout } = await written(lines({ namespaces: true, wide: true }), [reportOf()]);
    assert.match(stdout, /^NAMESPACE {3}NAME .* DRY RUN {3}RESERVED PODS {3}UNAVAILABLE$/m);
    assert.match(
      stdout,
      /^cortex {6}ingester {3}zone-b .* false {5}ingester-1 {6}ingester-4 \(ImagePullBackOff\)$/m,
    );
  });

  it('shows the problem of an unreadable budget in its row, and nowhere else', async () => {
    const change = {
      name: 'bad',
      malformed: true,
      zones: [],
      maxUnavailable: '',
      maxUnavailablePods: undefined,
    };
    const bad = reportOf({ ...change, problem: 'it cannot be read:\nspec.dryRun should be boolean' });
    const { stdout, stderr } = await written(lines(), [bad, reportOf()]);
    assert.match(
      stdout,
      /^bad +<none> +- +- +- +<none> +<it cannot be read: spec.dryRun should be boolean>$/m,
    );
    assert.equal(stderr, '');
  });

  it('prints a row for a deleted budget, and its zones again when it is recreated', async () => {
    const other = reportOf({ name: 'other' });
    const all = [reportOf(), other];
    const { stdout } = await written(lines({ namespaces: true, wide: false }), all, [other], [other], all);
    assert.equal(
      stdout.split('\n').slice(7).join('\n'),
      `cortex      ingester   <gone>   -         -          -         -
cortex      ingester   zone-a   4/4       0          0         4 (33%)
cortex      ingester   zone-b   3/4       1          2         4 (33%)           ingester-4 (ImagePullBackOff)
cortex      ingester   zone-c   4/4       0          0         4 (33%)
`,
    );
  });

  it('reports each problem once, on stderr', async () => {
    const report = reportOf({ problem: 'no', stale: ['zone-a: stored 4/4 healthy, counted 3/4'] });
    const lost: BudgetEvent = { type: 'lost', atMs: 0, reason: 'reset\nby peer' };
    const { stderr } = await written(lines(), [report], [report], lost);
    assert.equal(
      stderr,
      `warning: budget cortex/ingester: no
warning: budget cortex/ingester: its status is outdated: zone-a: stored 4/4 healthy, counted 3/4
warning: the watch is broken: reset by peer
`,
    );
  });

  it('removes control sequences from text of the cluster', async () => {
    const { stdout } = await written(lines(), [reportOf({ name: '\u001b[2Jx' })]);
    assert.ok(!stdout.includes('\u001b'));
  });
});

describe('budgetJsonLines', () => {
  it('prints added, changed and deleted budgets', async () => {
    const { stdout } = await written(
      budgetJsonLines,
      [reportOf()],
      [reportOf()],
      [reportOf({ maxUnavailable: '4' })],
      [],
    );
    const told = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      told.map(({ time, type, budget }) => [
        time,
        type,
        budget.namespace,
        budget.name,
        budget.maxUnavailable,
      ]),
      [
        ['1970-01-01T00:00:00.000Z', 'changed', 'cortex', 'ingester', '33%'],
        ['1970-01-01T00:00:00.000Z', 'changed', 'cortex', 'ingester', '4'],
        ['1970-01-01T00:00:00.000Z', 'gone', 'cortex', 'ingester', undefined],
      ],
    );
  });
});
