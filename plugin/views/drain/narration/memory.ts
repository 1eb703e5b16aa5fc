import type { DrainSnapshot } from '../../../drain/decide/snapshot.ts';
import type { Pauses } from '../../narration/common.ts';
import { NO_STORY, type ProbeStory } from '../../probe/narrate.ts';

/** What has been told of a drain so far, so that the same thing is not told 300 times. */
export interface DrainNarration extends Pauses {
  /** What happened to many things in a row, and is told of all of them together. */
  tally: Tally | undefined;
  /** Reasons of refusals and waits told since the zone was begun. */
  told: ReadonlySet<string>;
  latest: DrainSnapshot | undefined;
  probe: ProbeStory;
}

export interface Tally {
  kind: 'cordoned' | 'evicted';
  zone: string | null;
  /** Of nodes or of pods. */
  names: readonly string[];
  nodes: ReadonlySet<string>;
  sinceMs: number;
  atMs: number;
}

export const NOTHING_TOLD: DrainNarration = {
  waitingFor: undefined,
  tally: undefined,
  told: new Set(),
  latest: undefined,
  probe: NO_STORY,
};
