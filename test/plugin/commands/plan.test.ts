import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT, UsageError } from '../../../plugin/cli/errors.ts';
import { runCommandLine } from '../../../plugin/cli/registry.ts';
import { planCommand, planRequest } from '../../../plugin/commands/plan.ts';
import { testContext } from '../../helpers/context.ts';

type Request = ReturnType<typeof planRequest>;

/** Parses a command line without running the command. */
async function requestOf(...argv: string[]): Promise<Request> {
  let made: Request | undefined;
  const recorder = {
    ...planCommand,
    run: async (args: Parameters<typeof planRequest>[0]) => {
      made = planRequest(args);
      return EXIT.done;
    },
  };
  await runCommandLine([recorder], ['plan', ...argv], testContext({}).context);
  assert.ok(made);
  return made;
}

describe('kubectl zone plan', () => {
  it('reads a workload and its figures', async () => {
    const { target, given, output, connection } = await requestOf(
      ...'deploy ingester -n cortex -o json --series 600000 --chunk-age 1h'.split(' '),
      ...'--entries-per-chunk 7 --flush-time 10m --write-capacity 5000'.split(' '),
    );
    assert.deepEqual(target, { kind: 'deployment', name: 'ingester' });
    assert.deepEqual([given.held?.series, given.flushMs, given.capacity], [600_000, 600_000, 5000]);
    assert.deepEqual([output, connection.namespace], ['json', 'cortex']);
  });

  it('prints a table by default', async () => {
    assert.equal((await requestOf('sts/ingester')).output, undefined);
    assert.equal((await requestOf('sts/ingester', '-o', 'table')).output, 'table');
  });

  it('refuses unknown values and flags, and names them', async () => {
    const says = (message: RegExp) => (error: unknown) =>
      error instanceof UsageError && message.test(error.message);
    await assert.rejects(requestOf('sts/ingester', '-o', 'csv'), says(/--output: "csv" is not one of/));
    await assert.rejects(requestOf('ds/agent'), says(/"ds" cannot be rolled out/));
    await assert.rejects(requestOf('sts/a', '--flush-time', '10'), says(/--flush-time: "10" is not/));
    await assert.rejects(
      requestOf('sts/a', '--max-unavailable', '2'),
      says(/unknown flag --max-unavailable/),
    );
  });

  it('explains in its help what the series are, and where the arithmetic comes from', async () => {
    const { context, stdout } = testContext({});
    await runCommandLine([planCommand], ['plan', '--help'], context);
    const help = stdout.text.replace(/\s+/g, ' ');
    assert.match(help, /--series Series in memory, summed over all ingesters: with three replicas each/);
    assert.match(help, /Weaveworks’ Cortex figures/);
    assert.match(help, /Exit code 1 if not even one pod at a time is safe\./);
  });
});
