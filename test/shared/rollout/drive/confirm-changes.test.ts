import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { driveContext } from '../../../../plugin/cli/operator.ts';
import type { DriveContext } from '../../../../shared/drive/operator.ts';
import { readStatefulSet } from '../../../../shared/kube/objects.ts';
import { agreeOnChanges } from '../../../../shared/rollout/drive/confirm-changes.ts';
import type { RolloutRequest } from '../../../../shared/rollout/drive/request.ts';
import { testContext } from '../../../helpers/context.ts';
import { Transcript } from '../../../helpers/transcript.ts';

const CHANGE = { differences: ['image: v1 → v2'], members: [] };

function statefulSet(type: string, name = 'store') {
  return readStatefulSet({
    metadata: { name, namespace: 'default', uid: name, resourceVersion: '1' },
    spec: { selector: {}, updateStrategy: { type }, template: { spec: { containers: [] } } },
  });
}

/** A terminal at which somebody types this. */
function terminal(typed: string): { context: DriveContext; shown: Transcript } {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  stdin.write(typed);
  const shown = new Transcript();
  stderr.on('data', (chunk: Buffer) => shown.append(chunk));
  return { context: driveContext({ ...testContext({}).context, stdin, stderr }), shown };
}

function request(change: RolloutRequest['change'], yes = false): RolloutRequest {
  const part: Partial<RolloutRequest> = { change, yes };
  return part as RolloutRequest;
}

describe('the agreement to changes', () => {
  const QUESTIONS: readonly (readonly [type: string, change: RolloutRequest['change'], asked: RegExp])[] = [
    ['OnDelete', CHANGE, /Change the template and replace the pods zone by zone\? \[y\/N\]/],
    ['RollingUpdate', undefined, /has update strategy RollingUpdate.*Set it to OnDelete\? \[y\/N\]/],
    ['RollingUpdate', CHANGE, /Set it to OnDelete, change the template and replace the pods zone by zone\?/],
  ];
  for (const [type, change, asked] of QUESTIONS) {
    const what = `${change ? 'a change' : 'no change'} under ${type}`;
    it(`asks once about ${what}, and takes yes`, async () => {
      const { context, shown } = terminal('y\r');
      await agreeOnChanges(request(change), [statefulSet(type)], context);
      await shown.matches(asked);
      if (change)
        assert.match(shown.text, /the template of statefulset\/store changes:\n {2}image: v1 → v2\n/);
    });

    it(`takes no about ${what}`, async () => {
      const { context } = terminal('n\r');
      await assert.rejects(agreeOnChanges(request(change), [statefulSet(type)], context), {
        message: /nothing was changed$/,
        fix: /pass --yes/,
      });
    });

    it(`does not ask about ${what} without a terminal`, async () => {
      const context = driveContext(testContext({}).context);
      await assert.rejects(
        agreeOnChanges(request(change), [statefulSet(type)], context),
        /cannot ask without a terminal/,
      );
    });
  }

  it('asks one question about several, and names those whose strategy changes', async () => {
    const { context, shown } = terminal('y\r');
    const sets = [
      statefulSet('OnDelete', 'a'),
      statefulSet('RollingUpdate', 'b'),
      statefulSet('RollingUpdate', 'c'),
    ];
    await agreeOnChanges(request(CHANGE), sets, context);
    await shown.matches(/the templates of statefulset\/a, statefulset\/b, statefulset\/c change:/);
    await shown.matches(
      /statefulset\/b, statefulset\/c have update strategy RollingUpdate, .* of all zones at the same time.*Set it to OnDelete, change the templates/s,
    );
  });

  it('shows the change also where --yes has answered', async () => {
    const { context, stderr } = testContext({});
    await agreeOnChanges(request(CHANGE, true), [statefulSet('RollingUpdate')], driveContext(context));
    assert.equal(stderr.text, 'the template of statefulset/store changes:\n  image: v1 → v2\n');
  });

  it('has nothing to ask where nothing is changed', async () => {
    const { context, stderr } = testContext({});
    await agreeOnChanges(request(undefined), [statefulSet('OnDelete')], driveContext(context));
    assert.equal(stderr.text, '');
  });
});
