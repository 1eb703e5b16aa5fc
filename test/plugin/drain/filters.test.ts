import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../plugin/cli/errors.ts';
import { type FilterInput, type PodVerdict, podFilter } from '../../../plugin/drain/filters.ts';
import type { DrainFilters } from '../../../plugin/drain/request.ts';
import { NO_FLAGS, NOW_MS, type PodFixture, podOf } from './builders.ts';

const DAEMON = { owner: { kind: 'DaemonSet', name: 'agent' } };
const ORPHAN = { owner: { kind: 'DaemonSet', name: 'gone' } };
const BARE = { owner: undefined };

function verdict(fixture: PodFixture, flags: Partial<DrainFilters> = {}, nowMs = NOW_MS): PodVerdict {
  const input: FilterInput = {
    filters: { ...NO_FLAGS, ...flags },
    daemonSets: new Set(['cortex/agent']),
    nowMs,
  };
  return podFilter(input)(podOf(fixture));
}

const leaves = (warning?: string): PodVerdict =>
  warning === undefined ? { kind: 'leaves' } : { kind: 'leaves', warning };
const refuses = (reason: string, flag: string): PodVerdict => ({ kind: 'refuses', reason, flag });

describe('which pods leave a node', () => {
  it('takes pods that a controller brings back', () => {
    assert.deepEqual(verdict({}), leaves());
    assert.deepEqual(verdict({ owner: { kind: 'Job', apiVersion: 'batch/v1' } }), leaves());
  });

  it('leaves mirror pods alone, whatever the flags', () => {
    assert.deepEqual(verdict({ mirror: true, emptyDir: true, owner: undefined }, { force: true }), {
      kind: 'stays',
    });
  });

  it('refuses pods of DaemonSets, and keeps them when told to ignore them', () => {
    assert.deepEqual(verdict(DAEMON), refuses('DaemonSet-managed Pods', '--ignore-daemonsets'));
    assert.deepEqual(verdict(DAEMON, { force: true }), verdict(DAEMON));
    assert.deepEqual(verdict({ ...DAEMON, emptyDir: true }, { ignoreDaemonSets: true }), {
      kind: 'stays',
      warning: 'ignoring DaemonSet-managed Pods',
    });
    const other = { owner: { kind: 'DaemonSet', apiVersion: 'apps.kruise.io/v1alpha1', name: 'agent' } };
    assert.deepEqual(verdict(other), leaves());
  });

  it('takes the pod of a DaemonSet that does not exist by force only', () => {
    const reason = 'Pods whose DaemonSet cortex/gone does not exist';
    assert.deepEqual(verdict(ORPHAN, { ignoreDaemonSets: true }), refuses(reason, '--force'));
    assert.deepEqual(verdict(ORPHAN, { force: true }), leaves(`removing ${reason}`));
  });

  it('takes pods without a controller by force only', () => {
    const reason = 'Pods that declare no controller';
    assert.deepEqual(verdict(BARE), refuses(reason, '--force'));
    assert.deepEqual(verdict(BARE, { force: true }), leaves(`removing ${reason}`));
  });

  it('takes pods with emptyDir volumes when their data may be lost', () => {
    const reason = 'Pods with local storage (emptyDir)';
    assert.deepEqual(verdict({ emptyDir: true }), refuses(reason, '--delete-emptydir-data'));
    assert.deepEqual(verdict({ emptyDir: true }, { force: true }), verdict({ emptyDir: true }));
    assert.deepEqual(verdict({ emptyDir: true }, { deleteEmptyDirData: true }), leaves(`removing ${reason}`));
  });

  it('tells all that stands against a pod, and all that it warns of', () => {
    const both = { ...BARE, emptyDir: true };
    const reason = 'Pods with local storage (emptyDir) that declare no controller';
    assert.deepEqual(verdict(both), refuses(reason, '--delete-emptydir-data --force'));
    assert.deepEqual(
      verdict(both, { force: true }),
      refuses('Pods with local storage (emptyDir)', '--delete-emptydir-data'),
    );
    const all = { force: true, deleteEmptyDirData: true };
    assert.deepEqual(verdict(both, all), leaves(`removing ${reason}`));
  });

  it('takes finished pods, whatever they are', () => {
    for (const phase of ['Succeeded', 'Failed']) {
      for (const fixture of [{}, DAEMON, ORPHAN, { ...BARE, emptyDir: true }]) {
        assert.deepEqual(verdict({ ...fixture, phase }), leaves(), phase);
      }
    }
    assert.equal(verdict({ ...BARE, phase: 'Unknown' }).kind, 'refuses');
  });

  it('does not wait for pods whose deletion is overdue by more than was said', () => {
    const terminating = { deletionTimestamp: '2026-01-01T12:00:00Z', owner: undefined };
    const flags = { force: true, skipWaitForDeleteMs: 10_000 };
    assert.equal(verdict(terminating, flags, NOW_MS + 10_000).kind, 'leaves');
    assert.deepEqual(verdict(terminating, flags, NOW_MS + 10_001), { kind: 'stays' });
    assert.equal(verdict(terminating, { force: true }, NOW_MS + 1e9).kind, 'leaves');
    assert.equal(verdict(BARE, flags, NOW_MS + 1e9).kind, 'leaves');
  });

  it('leaves pods that the pod selector does not match, before all else', () => {
    const flags = { podSelector: 'app in (a, b),!canary' };
    assert.deepEqual(verdict({ labels: { app: 'a' } }, flags), leaves());
    assert.deepEqual(verdict({ labels: { app: 'c' } }, flags), { kind: 'stays' });
    assert.deepEqual(verdict({ ...BARE, labels: { app: 'a', canary: '' } }, flags), { kind: 'stays' });
    assert.throws(() => verdict({}, { podSelector: 'a b' }), UsageError);
  });
});
