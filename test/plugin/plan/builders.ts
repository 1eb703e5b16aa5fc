import type { GivenLoad } from '../../../plugin/plan/load-options.ts';
import { type ChoicesPlan, planChoices } from '../../../plugin/plan/plan.ts';
import type { Survey } from '../../../plugin/plan/survey.ts';
import { type Pod, readPod } from '../../../shared/kube/objects.ts';
import { observation, pod } from '../../shared/rollout/decide/builders.ts';

const NOON_MS = Date.parse('2026-01-01T12:00:00Z');
export const MINUTE_MS = 60_000;

/** No flag at all. */
export const NOTHING_GIVEN: GivenLoad = {
  startMs: undefined,
  flushMs: undefined,
  held: undefined,
  capacity: undefined,
};

/** The flags of Weaveworks' Cortex figures. */
export function cortex(capacity?: number): GivenLoad {
  const flushMs = 10 * MINUTE_MS;
  const held = { series: 600_000, chunkAgeMs: 60 * MINUTE_MS, entriesPerChunk: 7, flushMs };
  return { startMs: undefined, flushMs, held, capacity };
}

/** A pod that was ready 90 s after its creation and has 40 minutes to flush. */
export function podOf(name: string, metadata: object = {}): Pod {
  return readPod({
    metadata: { name, uid: `uid-${name}`, creationTimestamp: '2026-01-01T10:00:00Z', ...metadata },
    spec: { nodeName: 'node-1', terminationGracePeriodSeconds: 2400 },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T10:01:30Z' }],
    },
  });
}

/** An ingester for each zone named, in the order of their numbers. */
export function surveyOf(zones: readonly (string | undefined)[], change: Partial<Survey> = {}): Survey {
  return {
    workload: { kind: 'statefulset', namespace: 'cortex', name: 'ingester' },
    observation: observation(zones.map((zone, ordinal) => pod(ordinal, zone))),
    pods: zones.map((_, ordinal) => podOf(`ingester-${ordinal}`)),
    minReadyMs: 0,
    nowMs: NOON_MS,
    ...change,
  };
}

export function planOf(survey: Survey, given: GivenLoad = NOTHING_GIVEN): ChoicesPlan {
  return planChoices(survey, given);
}
