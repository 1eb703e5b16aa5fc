import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { Context } from '../../../plugin/cli/context.ts';
import { agreeToDrain } from '../../../plugin/drain/confirm-drain.ts';
import { UserError } from '../../../shared/errors.ts';
import { testContext } from '../../helpers/context.ts';

const EXTENT = { zones: ['zone-a', 'zone-b', undefined], nodes: 12, pods: 300, server: 'https://prod.test' };
const removal = { disableEviction: false, gracePeriodSeconds: undefined };

/** A context with a terminal on which somebody types. */
function terminal(answer: string): { context: Context; asked: () => string } {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  let shown = '';
  stderr.on('data', (chunk) => {
    shown += String(chunk);
  });
  stdin.write(`${answer}\n`);
  const context = { ...testContext({}).context, stdin, stderr };
  return { context, asked: () => shown };
}

describe('agreeing to a drain', () => {
  it('asks what will be emptied, and goes on after a yes', async () => {
    const { context, asked } = terminal('yes');
    await agreeToDrain({ yes: false, removal }, EXTENT, context);
    assert.match(
      asked(),
      /Drain 12 nodes \(300 pods\) in 3 zones \(zone-a, zone-b, no zone label\) on https:\/\/prod.test\? \[y\/N\]/,
    );
  });

  it('touches nothing after a no', async () => {
    await assert.rejects(agreeToDrain({ yes: false, removal }, EXTENT, terminal('').context), {
      message: 'not confirmed; nothing was changed',
      end: 'failed',
    });
  });

  it('says when budgets will not be asked', async () => {
    const { context, asked } = terminal('y');
    const extent = { zones: ['zone-a'], nodes: 1, pods: 1, server: 'https://prod.test' };
    await agreeToDrain({ yes: false, removal: { ...removal, disableEviction: true } }, extent, context);
    assert.match(
      asked(),
      /Drain 1 node \(1 pod\) in zone-a on https:\/\/prod.test\? Pods are deleted, not evicted: this bypasses budgets\./,
    );
  });

  it('asks nothing with --yes, and needs it without a terminal', async () => {
    const { context, stderr } = testContext({});
    await agreeToDrain({ yes: true, removal }, EXTENT, context);
    assert.equal(stderr.text, '');
    await assert.rejects(
      agreeToDrain({ yes: false, removal }, EXTENT, context),
      (error) => error instanceof UserError && /pass --yes/.test(error.fix ?? ''),
    );
  });
});
