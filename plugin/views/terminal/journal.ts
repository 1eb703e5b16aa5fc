import type { LogLine, Narrated } from '../narration/log-line.ts';

/** The last lines about what runs, for the lower part of a view. */
export interface Journal<M> {
  narration: M;
  /** Oldest first. */
  log: readonly LogLine[];
  firstEventAtMs: number | undefined;
}

/** What the operator has asked for with keys. */
export interface Wishes {
  /** To leave. */
  quitting: boolean;
  help: boolean;
}

export type WishAction = { type: 'quit' } | { type: 'toggle-help' };

export const NO_WISHES: Wishes = { quitting: false, help: false };

/** More than any terminal shows below the rest. */
const LOG_LENGTH = 20;

/** @returns a journal in which nothing is written; `narration` is the memory before the first event */
export function emptyJournal<M>(narration: M): Journal<M> {
  return { narration, log: [], firstEventAtMs: undefined };
}

/**
 * Adds the lines about an event to the journal's own fields.
 *
 * @param drawnElsewhere the event is remembered, its lines are left out
 */
export function written<M>(
  { log, firstEventAtMs }: Journal<M>,
  [narration, lines]: Narrated<M>,
  { atMs, drawnElsewhere }: { atMs: number; drawnElsewhere: boolean },
): Journal<M> {
  const news = drawnElsewhere ? [] : lines;
  return {
    narration,
    log: news.length === 0 ? log : [...log, ...news].slice(-LOG_LENGTH),
    firstEventAtMs: firstEventAtMs ?? atMs,
  };
}

/** The state after a key. */
export function wished<S extends Wishes>(state: S, action: WishAction): S {
  return action.type === 'quit' ? { ...state, quitting: true } : { ...state, help: !state.help };
}
