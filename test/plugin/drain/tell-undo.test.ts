import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type DrainLeftover, tellUndo } from '../../../plugin/drain/tell-undo.ts';

const leftover = (some: Partial<DrainLeftover>): DrainLeftover => ({
  outcome: 'interrupted',
  cordoned: ['node-1', 'node-2'],
  commandLine: 'kubectl zone drain -l pool=old --yes',
  connection: {},
  ...some,
});

it('tells how to go on and how to undo, however the drain ended', () => {
  for (const outcome of ['interrupted', 'stopped', 'failed'] as const) {
    assert.deepEqual(tellUndo(leftover({ outcome })), [
      '2 nodes are left cordoned: node-1, node-2',
      '  to continue: kubectl zone drain -l pool=old --yes',
      '  to undo:     kubectl uncordon node-1 node-2',
    ]);
  }
});

it('names every node in the command, however many there are', () => {
  const cordoned = Array.from({ length: 30 }, (_, index) => `node-${index}`);
  const [sentence = '', , undo = ''] = tellUndo(leftover({ cordoned }));
  assert.match(sentence, /^30 nodes are left cordoned: node-0, .* and 25 more$/);
  assert.equal(undo, `  to undo:     kubectl uncordon ${cordoned.join(' ')}`);
});

it('has nothing to undo where nothing is cordoned', () => {
  assert.deepEqual(tellUndo(leftover({ cordoned: [] })), [
    'no node is left cordoned',
    '  to continue: kubectl zone drain -l pool=old --yes',
  ]);
  assert.deepEqual(tellUndo(leftover({ outcome: 'done', cordoned: [] })), []);
});

it('tells after a drain that is done how pods may come back', () => {
  assert.deepEqual(tellUndo(leftover({ outcome: 'done', cordoned: ['node-1'] })), [
    '1 node is left cordoned: node-1',
    '  to uncordon: kubectl uncordon node-1',
  ]);
});

it('reaches the same cluster as the same user, and tells no secret', () => {
  const connection = {
    context: 'my cluster',
    kubeconfig: '/tmp/k',
    as: 'admin',
    asGroups: ['a', 'b'],
    token: 'hush',
  };
  assert.equal(
    tellUndo(leftover({ connection, cordoned: ['n'] })).at(-1),
    "  to undo:     kubectl --kubeconfig=/tmp/k --context='my cluster' --as=admin --as-group=a --as-group=b uncordon n",
  );
});
