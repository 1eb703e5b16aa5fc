import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { driveContext } from '../../../../plugin/cli/operator.ts';
import type { Kube } from '../../../../shared/kube/kube.ts';
import { readStatefulSet, type StatefulSet } from '../../../../shared/kube/objects.ts';
import { statefulSetWorkload } from '../../../../shared/rollout/decide/workload.ts';
import { idOf } from '../../../../shared/rollout/decide/workload-id.ts';
import { prepareSets } from '../../../../shared/rollout/drive/prepare-sets.ts';
import type { RolloutRequest } from '../../../../shared/rollout/drive/request.ts';
import type { RolloutLock } from '../../../../shared/rollout/drive/rollout-lock.ts';
import type { SetsSeen, WatchedSets } from '../../../../shared/rollout/drive/watch-sets.ts';
import type { WorkloadWatches } from '../../../../shared/rollout/drive/watches.ts';
import type { Prepared } from '../../../../shared/rollout/drive/workload-port.ts';
import { testContext } from '../../../helpers/context.ts';

const MEMBER = { kind: 'statefulset', metadata: statefulSet('OnDelete').metadata } as const;
const CHANGED = { differences: ['x'], before: { old: 1 }, template: { new: 1 }, revision: undefined };
const CHANGE = { differences: ['x'], members: [{ member: MEMBER, ...CHANGED }] };

function statefulSet(type: string, generation = 1, observedGeneration = generation): StatefulSet {
  return readStatefulSet({
    metadata: { name: 'store', namespace: 'default', uid: 'u', resourceVersion: '1', generation },
    spec: { selector: {}, updateStrategy: { type }, template: { spec: { containers: [] } } },
    status: { observedGeneration, updateRevision: `store-${observedGeneration}` },
  });
}

interface Case {
  type: string;
  change?: RolloutRequest['change'];
  interrupted?: boolean;
  /** The last generation that the watch shows. */
  seenUpTo?: number;
}

/** Prepares a workload, and tells in which order what was done. */
async function prepared({ type, change, interrupted = false, seenUpTo = 9 }: Case) {
  const done: string[] = [];
  let current = statefulSet(type);
  const interrupt = new AbortController();
  if (interrupted) interrupt.abort(new Error('interrupted'));
  const kube: Partial<Kube> = {
    async request({ body }) {
      const [, replace] = body as { path: string }[];
      done.push(`replace ${replace?.path}`);
      const answer = statefulSet('OnDelete', current.metadata.generation + 1);
      if (answer.metadata.generation <= seenUpTo) current = answer;
      return answer;
    },
  };
  const watches: Partial<WorkloadWatches<SetsSeen>> = {
    get own() {
      return { sets: [current], left: [], all: new Map() };
    },
    get workload() {
      return statefulSetWorkload(current);
    },
    cluster: { pods: [], nodes: undefined },
    async until(holds) {
      if (holds()) return;
      done.push('wait');
      interrupt.abort(new Error('interrupted'));
      throw interrupt.signal.reason;
    },
  };
  const lock: Partial<RolloutLock> = {
    strategiesBefore: new Map(),
    async rememberStrategies(strategies) {
      done.push(`remember ${[...strategies.values()].map((strategy) => strategy.type)}`);
    },
  };
  const request: Partial<RolloutRequest> = {
    change,
    commandLine: 'with change',
    commandLineAfterChange: 'without',
  };
  const result: Prepared = await prepareSets(
    request as RolloutRequest,
    { kube, watches, found: [current] } as unknown as WatchedSets,
    idOf('statefulset', current.metadata),
    lock as RolloutLock,
    driveContext(testContext({}).context),
    interrupt.signal,
  );
  return { done, changed: result.changed, commandLine: result.request.commandLine, result };
}

describe('preparing a workload', () => {
  it('does nothing to one that is OnDelete and is not to change', async () => {
    const { done, changed, commandLine } = await prepared({ type: 'OnDelete' });
    assert.deepEqual([done, changed, commandLine], [[], false, 'with change']);
  });

  it('remembers the strategy and sets it before it changes the template', async () => {
    const { done, changed, commandLine, result } = await prepared({ type: 'RollingUpdate', change: CHANGE });
    assert.deepEqual(done, [
      'remember RollingUpdate',
      'replace /spec/updateStrategy',
      'replace /spec/template',
    ]);
    assert.deepEqual([changed, commandLine], [true, 'without']);
    assert.equal(result.observation.updateRevision, 'store-3');
  });

  it('touches nothing after an interrupt', async () => {
    const { done, changed, commandLine } = await prepared({
      type: 'RollingUpdate',
      change: CHANGE,
      interrupted: true,
    });
    assert.deepEqual([done, changed, commandLine], [[], false, 'with change']);
  });

  it('does not begin to change the template when an interrupt comes after the strategy', async () => {
    const { done, changed, commandLine } = await prepared({
      type: 'RollingUpdate',
      change: CHANGE,
      seenUpTo: 1,
    });
    assert.deepEqual(done.slice(1), ['replace /spec/updateStrategy', 'wait']);
    assert.deepEqual([changed, commandLine], [false, 'with change']);
  });

  it('goes on without the change when an interrupt comes after it', async () => {
    const { done, changed, commandLine } = await prepared({ type: 'OnDelete', change: CHANGE, seenUpTo: 1 });
    assert.deepEqual(done, ['replace /spec/template', 'wait']);
    assert.deepEqual([changed, commandLine], [true, 'without']);
  });
});
