import type { Tone } from './tone.ts';

/** One line of text: what happened, when, and its tone. */
export interface LogLine {
  atMs: number;
  text: string;
  tone: Tone;
}

/** The memory for the next event, and the lines for this one. */
export type Narrated<M> = readonly [M, readonly LogLine[]];

/** Turns events into text. Pure: the memory contains what has been reported. */
export interface Narrator<E, M> {
  /** The memory before the first event. */
  initial: M;
  narrate(memory: M, event: E): Narrated<M>;
  /** What is written below the last line, if the event is the last one. */
  closing(event: E): readonly string[];
  /** The line to write if nothing was reported for a while, at the time `atMs`; undefined for none. */
  afterSilence?(memory: M, atMs: number): LogLine | undefined;
}
