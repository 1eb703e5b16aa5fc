import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT, UsageError } from '../../../plugin/cli/errors.ts';
import { runCommandLine } from '../../../plugin/cli/registry.ts';
import { drainCommand, drainRequest } from '../../../plugin/commands/drain.ts';
import { rolloutCommand } from '../../../plugin/commands/rollout.ts';
import { rolloutFlags } from '../../../plugin/commands/rollout-flags.ts';
import type { ProbeRequest } from '../../../plugin/probe/options.ts';
import { testContext } from '../../helpers/context.ts';

type Read = (...words: string[]) => Promise<ProbeRequest | undefined>;

const ofRollout: Read = async (...words) => {
  let made: ProbeRequest | undefined;
  const recorder = {
    ...rolloutCommand,
    run: async (args: Parameters<typeof rolloutFlags>[0]) => {
      made = rolloutFlags(args).probe;
      return EXIT.done;
    },
  };
  await runCommandLine([recorder], ['rollout', 'sts/x', ...words], testContext({}).context);
  return made;
};

const ofDrain: Read = async (...words) => {
  let made: ProbeRequest | undefined;
  const recorder = {
    ...drainCommand,
    run: async (args: Parameters<typeof drainRequest>[0]) => {
      made = drainRequest(args).probe;
      return EXIT.done;
    },
  };
  await runCommandLine([recorder], ['drain', 'node-1', ...words], testContext({}).context);
  return made;
};

for (const [command, read] of [
  ['rollout', ofRollout],
  ['drain', ofDrain],
] as const) {
  describe(`probes of kubectl zone ${command}`, () => {
    it('are none unless asked for', async () => assert.equal(await read(), undefined));

    it('have defaults', async () => {
      assert.deepEqual(await read('--probe', 'https://shop.test/'), {
        urls: [new URL('https://shop.test/')],
        intervalMs: 100,
        timeoutMs: 10_000,
        expected: { codes: new Set(), classes: new Set([2, 3]) },
        maxFailures: undefined,
      });
    });

    it('ask each of several addresses once', async () => {
      const words = ['--probe', 'http://a.test', '--probe', 'http://b.test', '--probe', 'http://a.test'];
      const request = await read(
        ...words,
        '--probe-interval=20ms',
        '--probe-timeout=2s',
        '--probe-expect=204',
        '--max-probe-failures=0',
      );
      assert.deepEqual(request?.urls.map(String), ['http://a.test/', 'http://b.test/']);
      assert.deepEqual([request?.intervalMs, request?.timeoutMs, request?.maxFailures], [20, 2_000, 0]);
      assert.deepEqual(request?.expected, { codes: new Set([204]), classes: new Set() });
    });

    const REFUSALS: readonly (readonly [words: string, says: RegExp])[] = [
      ['--probe ftp://a', /--probe: "ftp:\/\/a" is not an http or https URL/],
      ['--probe shop', /--probe: "shop" is not/],
      ['--probe http://a --probe-interval 5ms', /--probe-interval: "5ms" is not a duration of 10ms or more/],
      ['--probe http://a --probe-interval 5', /--probe-interval: "5" is not a duration/],
      ['--probe http://a --probe-timeout 0', /--probe-timeout: "0" is not a duration of 1ms or more/],
      ['--probe http://a --probe-expect ok', /--probe-expect: "ok" is neither a status code nor a class/],
      ['--probe http://a --max-probe-failures few', /--max-probe-failures: "few" is not a number/],
      ['--max-probe-failures 3', /--max-probe-failures: requires --probe/],
      [
        '--probe-interval 1s --probe-expect 200',
        /--probe-interval: requires --probe\n--probe-expect: requires/,
      ],
    ];
    for (const [words, says] of REFUSALS) {
      it(`refuse \`${words}\``, async () => {
        await assert.rejects(read(...words.split(' ')), (error) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, says);
          return true;
        });
      });
    }
  });
}
