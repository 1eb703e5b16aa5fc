import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Arguments, Command, Invocation } from '../../../plugin/cli/command.ts';
import { EXIT, UsageError } from '../../../plugin/cli/errors.ts';
import { runCommandLine } from '../../../plugin/cli/registry.ts';
import { COMMANDS } from '../../../plugin/main.ts';
import { testContext } from '../../helpers/context.ts';

/** What the chosen command is run with. */
async function run(
  words: string,
  env: Record<string, string>,
): Promise<{ args: Arguments; defaults: Invocation['defaults'] }> {
  let found: { args: Arguments; defaults: Invocation['defaults'] } | undefined;
  const recording = (command: Command): Command => ({
    ...command,
    ...(command.subcommands && { subcommands: command.subcommands.map(recording) }),
    async run(args, _context, { defaults }) {
      found = { args, defaults };
      return EXIT.done;
    },
  });
  await runCommandLine(COMMANDS.map(recording), words.split(' '), testContext(env).context);
  assert.ok(found);
  return found;
}

describe('defaults of the user', () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'zonerc-'));
    await mkdir(join(home, '.kube'));
  });
  after(() => rm(home, { recursive: true, force: true }));

  const file = (text: string) => writeFile(join(home, '.kube', 'zonerc'), text);
  const RC = `
apiVersion: kubectl-zone.dev/v1
kind: Preference
defaults:
  - command: rollout
    options:
      - name: max-unavailable
        default: 33%
      - name: gate-http
        default: [http://a, http://b]
      - name: strict-alarms
        default: true
  - command: rollout status
    options:
      - name: watch
        default: false
`;

  it('come from the environment, under the name of the flag', async () => {
    const { args, defaults } = await run('rollout sts/x', { KUBECTL_ZONE_SOAK: '5m' });
    assert.equal(args.soak, '5m');
    assert.deepEqual(defaults, [
      { flag: 'soak', values: ['5m'], kind: 'environment', from: 'KUBECTL_ZONE_SOAK' },
    ]);
    assert.deepEqual((await run('plan sts/x', { KUBECTL_ZONE_SOAK: '5m' })).defaults, []);
  });

  it('come from a file, by command', async () => {
    await file(RC);
    const path = join(home, '.kube', 'zonerc');
    const rollout = await run('rollout sts/x', { HOME: home });
    assert.deepEqual(
      [rollout.args['max-unavailable'], rollout.args['gate-http'], rollout.args['strict-alarms']],
      ['33%', ['http://a', 'http://b'], true],
    );
    assert.deepEqual(rollout.defaults[0], {
      ...{ flag: 'max-unavailable', values: ['33%'], kind: 'file', from: path },
    });
    assert.equal((await run('rollout status sts/x', { HOME: home })).args.watch, false);
    assert.equal((await run('rollout undo sts/x', { HOME: home })).args['max-unavailable'], '33%');
    const off = { HOME: home, KUBECTL_ZONE_RC: 'off' };
    assert.deepEqual((await run('rollout sts/x', off)).defaults, []);
    const elsewhere = { KUBECTL_ZONE_RC: path };
    assert.equal((await run('rollout sts/x', elsewhere)).args['max-unavailable'], '33%');
  });

  it('give way to flags, in any spelling, and those of the file to the environment', async () => {
    await file(RC);
    for (const typed of ['--max-unavailable 1', '--max-unavailable=1']) {
      const env = { HOME: home, KUBECTL_ZONE_MAX_UNAVAILABLE: '2' };
      const { args, defaults } = await run(`rollout sts/x ${typed}`, env);
      assert.equal(args['max-unavailable'], '1');
      assert.ok(!defaults.some(({ flag }) => flag === 'max-unavailable'));
    }
    const output = { KUBECTL_ZONE_OUTPUT: 'plain' };
    assert.equal((await run('rollout sts/x -o json', output)).args.output, 'json');
    assert.equal((await run('rollout sts/x -yo json', output)).args.output, 'json');
    const both = { HOME: home, KUBECTL_ZONE_MAX_UNAVAILABLE: '2' };
    assert.equal((await run('rollout sts/x', both)).args['max-unavailable'], '2');
    assert.equal((await run('rollout status sts/x -w', { HOME: home })).args.watch, true);
  });

  it('are added before words that are no flags', async () => {
    const { args } = await run('budget -- explain', { KUBECTL_ZONE_OUTPUT: 'wide' });
    assert.equal(args.output, 'wide');
  });

  it('never confirm or lift a protection', async () => {
    for (const flag of ['YES', 'IMAGE', 'UNDO', 'ACCEPT_KILLED', 'DISABLE_EVICTION', 'DRY_RUN']) {
      assert.deepEqual((await run('rollout sts/x', { [`KUBECTL_ZONE_${flag}`]: 'true' })).defaults, [], flag);
    }
    assert.deepEqual((await run('drain n', { KUBECTL_ZONE_FORCE: 'true' })).defaults, []);
    await file('defaults: [{command: rollout, options: [{name: "yes", default: true}]}]');
    await assert.rejects(run('rollout sts/x', { HOME: home }), /rollout: --yes must be typed/);
  });

  for (const [text, message] of [
    ['defaults: 7', /zonerc is malformed/],
    ['{', /zonerc is malformed/],
    ['defaults: [{command: rolout, options: []}]', /no command "rolout"\. Did you mean "rollout"\?/],
    [
      'defaults: [{command: rollout, options: [{name: sok, default: 1}]}]',
      /rollout: there is no flag "sok"\. Did you mean "soak"\?/,
    ],
    [
      'defaults: [{command: rollout, options: [{name: strict-alarms, default: 1}]}]',
      /zonerc: "1" is neither true nor false/,
    ],
  ] as const) {
    it(`are refused where the file says ${text}`, async () => {
      await file(text);
      await assert.rejects(
        run('rollout sts/x', { HOME: home }),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it('are named where the command refuses them', async () => {
    const connect = async () => assert.fail('it connected');
    const context = { ...testContext({ KUBECTL_ZONE_SOAK: 'long' }).context, connect };
    await assert.rejects(
      runCommandLine(COMMANDS, ['rollout', 'sts/x'], context),
      (error) =>
        error instanceof UsageError &&
        /--soak: "long" is not a duration/.test(error.message) &&
        /\n?--soak comes from KUBECTL_ZONE_SOAK$/.test(error.fix ?? ''),
    );
  });

  it('need a file that is named, and none that is not', async () => {
    const named = { KUBECTL_ZONE_RC: join(home, 'nothing') };
    await assert.rejects(run('rollout sts/x', named), /cannot be read: it does not exist/);
    assert.deepEqual((await run('rollout sts/x', { HOME: join(home, 'nowhere') })).defaults, []);
  });
});
