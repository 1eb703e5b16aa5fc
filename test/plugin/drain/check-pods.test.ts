import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPods } from '../../../plugin/drain/check-pods.ts';
import { UserError } from '../../../shared/errors.ts';
import { NO_FLAGS, NOW_MS, podOf } from './builders.ts';

const DAEMON = { owner: { kind: 'DaemonSet', name: 'agent' } };
const input = { filters: NO_FLAGS, daemonSets: new Set(['cortex/agent']), nowMs: NOW_MS };

describe('checking the pods before a drain', () => {
  it('divides them, and warns once for each kind', () => {
    const filters = { ...NO_FLAGS, ignoreDaemonSets: true, force: true };
    const pods = [
      podOf({ name: 'agent-2', ...DAEMON }),
      podOf({ name: 'agent-1', ...DAEMON }),
      podOf(),
      podOf({ name: 'bare', owner: undefined }),
      podOf({ name: 'static', mirror: true }),
    ];
    const { leaving, staying, notices } = checkPods(pods, { ...input, filters });
    assert.deepEqual(
      [leaving, staying].map((some) => some.map(({ metadata }) => metadata.name)),
      [
        ['ingester-0', 'bare'],
        ['agent-2', 'agent-1', 'static'],
      ],
    );
    assert.deepEqual(notices, [
      'ignoring DaemonSet-managed Pods: cortex/agent-1, cortex/agent-2',
      'removing Pods that declare no controller: cortex/bare',
    ]);
  });

  it('refuses all at once, grouped by reason, with the flags that change it', () => {
    const pods = [
      podOf({ name: 'bare-2', owner: undefined }),
      podOf({ name: 'cache', emptyDir: true }),
      podOf({ name: 'bare-1', owner: undefined }),
      podOf({ name: 'debug', owner: undefined, emptyDir: true }),
      podOf({ name: 'agent', ...DAEMON }),
      podOf(),
    ];
    assert.throws(
      () => checkPods(pods, input),
      (error) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.end, 'failed');
        assert.deepEqual(error.message.split('\n'), [
          'cannot remove DaemonSet-managed Pods (--ignore-daemonsets to override): cortex/agent',
          'cannot remove Pods that declare no controller (--force to override): cortex/bare-1, cortex/bare-2',
          'cannot remove Pods with local storage (emptyDir) (--delete-emptydir-data to override): cortex/cache',
          'cannot remove Pods with local storage (emptyDir) that declare no controller (--delete-emptydir-data --force to override): cortex/debug',
        ]);
        assert.equal(
          error.fix,
          'nothing was changed; to drain anyway, add --delete-emptydir-data --force --ignore-daemonsets',
        );
        return true;
      },
    );
  });

  it('stays readable with many pods', () => {
    const pods = Array.from({ length: 300 }, (_, index) =>
      podOf({ name: `bare-${index}`, owner: undefined }),
    );
    assert.throws(() => checkPods(pods, input), /cortex\/bare-10, .* and 295 more$/);
  });
});
