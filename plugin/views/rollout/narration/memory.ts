import type { Pauses } from '../../narration/common.ts';
import { NO_STORY, type ProbeStory } from '../../probe/narrate.ts';

/** What has been reported so far, so that the same thing is not reported 300 times. */
export interface Narration extends Pauses {
  workloadName: string;
  /** Whether revisions and images have been named; they come with the first snapshot. */
  introduced: boolean;
  wave: WaveTally | undefined;
  /** Reasons of refused evictions reported since the last wave began. */
  refusals: ReadonlySet<string>;
  /** By zone: why pods of it are down, as far as it was reported. */
  troubles: ReadonlyMap<string, ReadonlySet<string>>;
  /** By pod: how often its termination has been reported; see `flushes.ts`. */
  flushes: ReadonlyMap<string, number>;
  /** Whether it was reported that a pod was killed in a rollout which goes on all the same. */
  killTold: boolean;
  probe: ProbeStory;
}

/** The pods taken together, and which of them are still out. */
export interface WaveTally {
  zone: string;
  out: ReadonlySet<string>;
  back: number;
  /** Pods were added while others were still out, as pacing `stream` does. */
  refilled: boolean;
  slowest: { pod: string; tookMs: number } | undefined;
}

export const NO_MEMORY: Narration = {
  workloadName: '',
  introduced: false,
  wave: undefined,
  waitingFor: undefined,
  refusals: new Set(),
  troubles: new Map(),
  flushes: new Map(),
  killTold: false,
  probe: NO_STORY,
};
