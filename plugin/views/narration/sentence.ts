import type { Tone } from './tone.ts';

/** One line for a reader: what happened, when, and how much it matters. */
export interface Sentence {
  atMs: number;
  text: string;
  tone: Tone;
}

/** The memory for the next event, and what there is to tell about this one. */
export type Told<M> = readonly [M, readonly Sentence[]];

/** How events become lines for people. Pure: what has been told is in the memory. */
export interface Teller<E, M> {
  /** The memory before the first event. */
  nothingTold: M;
  tell(memory: M, event: E): Told<M>;
  /** What stands below the last sentence, once the event is the last one. */
  closing(event: E): readonly string[];
  /** What to say when nothing was told for a while, `atMs` being now; undefined for nothing. */
  inSilence?(memory: M, atMs: number): Sentence | undefined;
}
