import type { Pauses } from '../../narration/common.ts';
import { NO_STORY, type ProbeStory } from '../../probe/narrate.ts';

/** What has been reported so far, so that the same message is not repeated 300 times. */
export interface Narration extends Pauses {
  workloadName: string;
  /** Whether revisions and images have been reported; they are in the first snapshot. */
  introduced: boolean;
  wave: WaveTally | undefined;
  /** Reasons of refused evictions reported since the last wave began. */
  refusals: ReadonlySet<string>;
  /** By zone: reported reasons why its pods are down. */
  troubles: ReadonlyMap<string, ReadonlySet<string>>;
  /** By pod: how often its termination has been reported; see `flushes.ts`. */
  flushes: ReadonlyMap<string, number>;
  /** Whether it was reported that a pod was killed in a rollout that continues. */
  killTold: boolean;
  probe: ProbeStory;
}

/** The pods of the wave, and which of them are still out. */
export interface WaveTally {
  zone: string;
  out: ReadonlySet<string>;
  back: number;
  /** Pods were added while others were still out, with pacing `stream`. */
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
