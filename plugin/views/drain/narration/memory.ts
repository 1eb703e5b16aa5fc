import type { DrainSnapshot } from '../../../drain/decide/snapshot.ts';
import type { Pauses } from '../../narration/common.ts';
import { NO_STORY, type ProbeStory } from '../../probe/narrate.ts';

/** What has been reported of a drain so far, so that the same message is not repeated 300 times. */
export interface DrainNarration extends Pauses {
  /** Consecutive events of the same kind, to be reported together. */
  tally: Tally | undefined;
  /** Reasons of refusals and waits reported since the zone was begun. */
  reported: ReadonlySet<string>;
  latest: DrainSnapshot | undefined;
  probe: ProbeStory;
}

export interface Tally {
  kind: 'cordoned' | 'evicted';
  zone: string | null;
  /** Names of nodes or of pods. */
  names: readonly string[];
  nodes: ReadonlySet<string>;
  sinceMs: number;
  atMs: number;
}

export const NO_MEMORY: DrainNarration = {
  waitingFor: undefined,
  tally: undefined,
  reported: new Set(),
  latest: undefined,
  probe: NO_STORY,
};
