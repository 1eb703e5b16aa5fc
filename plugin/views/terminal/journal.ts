import type { LogLine, Narrated } from '../narration/log-line.ts';

/** The last log lines, for the lower part of a view. */
export interface Journal<M> {
  narration: M;
  /** Oldest first. */
  log: readonly LogLine[];
  firstEventAtMs: number | undefined;
}

/** The operator's requests by keys. */
export interface Wishes {
  /** Requested to quit. */
  quitting: boolean;
  help: boolean;
}

export type WishAction = { type: 'quit' } | { type: 'toggle-help' };

export const NO_WISHES: Wishes = { quitting: false, help: false };

/** More than any terminal shows below the rest. */
const LOG_LENGTH = 20;

/** @returns an empty journal; `narration` is the memory before the first event */
export function emptyJournal<M>(narration: M): Journal<M> {
  return { narration, log: [], firstEventAtMs: undefined };
}

/**
 * Adds the lines for an event to the journal's own fields.
 *
 * @param drawnElsewhere updates the memory, but omits the lines
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
