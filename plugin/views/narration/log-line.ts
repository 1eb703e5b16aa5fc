import type { Tone } from './tone.ts';

/** One line for a reader: what happened, when, and how much it matters. */
export interface LogLine {
  atMs: number;
  text: string;
  tone: Tone;
}

/** The memory for the next event, and the lines about this one. */
export type Narrated<M> = readonly [M, readonly LogLine[]];

/** Turns events into lines for people. Pure: what has been reported is in the memory. */
export interface Narrator<E, M> {
  /** The memory before the first event. */
  initial: M;
  narrate(memory: M, event: E): Narrated<M>;
  /** What is written below the last line, once the event is the last one. */
  closing(event: E): readonly string[];
  /** The line to write when nothing was reported for a while, `atMs` being now; undefined for none. */
  afterSilence?(memory: M, atMs: number): LogLine | undefined;
}
