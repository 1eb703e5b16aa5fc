import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandLineOf } from '../../plugin/cli/quote.ts';
import fc from '../helpers/seed.ts';
import { commandsIn, pluginCalls } from './shell.ts';

describe('reading the commands of a page', () => {
  it('reads the words of a command line that the plugin has written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme-ascii' })), (words) => {
        assert.deepEqual(pluginCalls(commandLineOf(words)), [words]);
      }),
    );
  });

  it('passes over comments, and joins continued lines', () => {
    const script = '# a comment\nkubectl zone plan sts/a \\\n  --start-time 2m # another; one\nls';
    assert.deepEqual(commandsIn(script), [
      ['kubectl', 'zone', 'plan', 'sts/a', '--start-time', '2m'],
      ['ls'],
    ]);
  });

  it('finds the plugin behind assignments, pipes and conditions', () => {
    const script = 'A=b kubectl zone check | jq . && kubectl-zone drain n && kubectl get zone';
    assert.deepEqual(pluginCalls(script), [['check'], ['drain', 'n']]);
  });

  it('does not take a sign within quotes for an operator', () => {
    const script = `kubectl zone rollout sts/a --gate-prometheus 'rate(x[1m]) > 5 # not a comment'`;
    assert.deepEqual(pluginCalls(script), [
      ['rollout', 'sts/a', '--gate-prometheus', 'rate(x[1m]) > 5 # not a comment'],
    ]);
  });

  it('refuses a quote that is not closed', () => {
    assert.throws(() => commandsIn("echo 'a"), /a quote is not closed/);
  });
});
