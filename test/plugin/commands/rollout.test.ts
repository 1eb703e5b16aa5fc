import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT, UsageError } from '../../../plugin/cli/errors.ts';
import { runCommandLine } from '../../../plugin/cli/registry.ts';
import { rolloutCommand } from '../../../plugin/commands/rollout.ts';
import { rolloutFlags } from '../../../plugin/commands/rollout-flags.ts';
import { testContext } from '../../helpers/context.ts';

type Flags = ReturnType<typeof rolloutFlags>;

/** Parses a command line without running the command. */
async function flagsOf(...argv: string[]): Promise<Flags> {
  let made: Flags | undefined;
  const recorder = {
    ...rolloutCommand,
    run: async (args: Parameters<typeof rolloutFlags>[0]) => {
      made = rolloutFlags(args);
      return EXIT.done;
    },
  };
  await runCommandLine([recorder], ['rollout', 'sts/x', ...argv], testContext({}).context);
  assert.ok(made);
  return made;
}

describe('kubectl zone rollout', () => {
  it('leaves options undefined that no flag sets', async () => {
    const { options, ignoreAlarm, dryRun, change } = await flagsOf();
    const { maxUnavailable, exponentialFactor, pacing } = options;
    assert.deepEqual(
      [maxUnavailable, exponentialFactor, pacing, ignoreAlarm, dryRun, change],
      [undefined, undefined, undefined, undefined, undefined, undefined],
    );
  });

  it('distinguishes a flag that is false from one that is not given', async () => {
    assert.equal((await flagsOf('--ignore-alarm=false')).ignoreAlarm, false);
    assert.equal((await flagsOf('--ignore-alarm')).ignoreAlarm, true);
    assert.equal((await flagsOf('--dry-run=none')).dryRun, 'none');
  });

  it('shows the defaults in its help', async () => {
    const { context, stdout } = testContext({});
    await runCommandLine([rolloutCommand], ['rollout', '--help'], context);
    assert.match(
      stdout.text,
      /--max-unavailable[\s\S]*default: 25%[\s\S]*--exponential-factor[\s\S]*default: 2/,
    );
  });

  const image = (container: string, name: string) => ({ container, image: name });
  const CHANGES: readonly (readonly [words: string, change: Flags['change']])[] = [
    ['--restart', { kind: 'edit', images: [], restart: true }],
    ['--no-restart', undefined],
    [
      '--image a=r.io:5000/a:v2 --image b=b@sha256:0=0',
      { kind: 'edit', images: [image('a', 'r.io:5000/a:v2'), image('b', 'b@sha256:0=0')], restart: false },
    ],
    [
      '--image a=a:v2,b=b:v2 --image c=c:v2',
      {
        kind: 'edit',
        images: [image('a', 'a:v2'), image('b', 'b:v2'), image('c', 'c:v2')],
        restart: false,
      },
    ],
    ['--image *=c --restart', { kind: 'edit', images: [image('*', 'c')], restart: true }],
    ['--undo', { kind: 'undo', toRevision: undefined }],
    ['--undo --to-revision 3', { kind: 'undo', toRevision: 3 }],
    ['--undo --to-revision 0', { kind: 'undo', toRevision: undefined }],
  ];
  for (const [words, change] of CHANGES) {
    it(`reads \`${words}\``, async () =>
      assert.deepEqual((await flagsOf(...words.split(' '))).change, change));
  }

  const REFUSALS: readonly (readonly [words: string, says: RegExp])[] = [
    ['--image app:v2', /--image: "app:v2" is not CONTAINER=IMAGE/],
    ['--image =v2', /--image: "=v2" is not/],
    ['--image a=', /--image: "a=" is not/],
    ['--image a=1,', /--image: "" is not/],
    ['--image a=1,a=2', /--image: container a is given twice/],
    ['--image a=1 --image a=2', /--image: container a is given twice/],
    ['--image *=1 --image a=2', /--image: \* already covers all containers/],
    ['--undo --image a=1', /--image: cannot be combined with --undo/],
    ['--undo --restart', /--restart: cannot be combined with --undo/],
    ['--to-revision 3', /--to-revision: requires --undo/],
    ['--undo --to-revision -1', /--to-revision: "-1" is not a revision number|Not enough arguments/],
    ['--undo --to-revision last', /--to-revision: "last" is not a revision number/],
  ];
  for (const [words, says] of REFUSALS) {
    it(`refuses \`${words}\``, async () => {
      await assert.rejects(flagsOf(...words.split(' ')), (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, says);
        return true;
      });
    });
  }
});
