import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';
import { coalescedListeners } from '../kube/coalesced-listeners.ts';
import type { GateState } from '../rollout/decide/types.ts';
import { GATE_TIMES, type GateSource, type GateTimes } from './gate.ts';
import { GatePoll } from './poll.ts';

/** Gates that are polled during a rollout. */
export interface GateWatch {
  /**
   * Queries every source, and then polls until the signal aborts. A source that stops responding later is not an error:
   * its gates are unknown, and block until it responds again.
   *
   * @throws UserError with everything that the operator must fix, which includes sources that do not respond; nothing is
   * polled then
   * @throws the signal's reason when it aborts before the first responses
   */
  start(signal: AbortSignal): Promise<void>;
  /** The current states of all gates, in the order given. */
  states(): readonly GateState[];
  /** Whether every response is recent enough for a disruption. */
  readonly fresh: boolean;
  /**
   * Queries the sources whose responses are not fresh, and resolves when they have responded or failed; never
   * rejects. `states()` then returns the new states, or unknown. Sources in backoff are not queried.
   */
  ensureFresh(): Promise<void>;
  /** Calls `listener` when a state or its reason has changed; returns a function that removes it. */
  onChange(listener: () => void): () => void;
}

export interface WatchGatesOptions {
  clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  random: () => number;
  /** Defaults to `GATE_TIMES`. */
  times?: GateTimes;
}

/** Creates the watch of these sources; nothing is queried before `start`. */
export function watchGates(sources: readonly GateSource[], options: WatchGatesOptions): GateWatch {
  const { clock, random, times = GATE_TIMES } = options;
  const listeners = coalescedListeners();
  const polls = sources.map((source) => new GatePoll({ source, clock, random, times, onAnswer: compare }));
  const states = () => polls.flatMap((poll) => poll.states());
  let said = '';

  function compare(): void {
    const now = JSON.stringify(states());
    if (now === said) return;
    said = now;
    listeners.notify();
  }

  return {
    async start(signal) {
      const failed = new AbortController();
      const both = AbortSignal.any([signal, failed.signal]);
      both.addEventListener('abort', () => listeners.clear(), { once: true });
      const first = await Promise.all(polls.map((poll) => poll.start(both)));
      let mistakes = mistakesIn(first);
      if (mistakes.length === 0) {
        mistakes = mistakesIn(await Promise.all(polls.map((poll) => poll.untilAnswered())));
      }
      signal.throwIfAborted();
      if (mistakes.length === 0) return;
      failed.abort(new Error('a gate cannot be watched'));
      throw together(mistakes);
    },
    states,
    get fresh() {
      return polls.every((poll) => poll.fresh);
    },
    async ensureFresh() {
      await Promise.all(polls.map((poll) => poll.refresh()));
    },
    onChange: (listener) => listeners.add(listener),
  };
}

function mistakesIn(failures: readonly unknown[]): UserError[] {
  return failures.filter((failure) => failure instanceof UserError);
}

function together(mistakes: readonly UserError[]): UserError {
  const [first] = mistakes;
  if (mistakes.length === 1 && first) return first;
  const fixes = new Set(mistakes.flatMap(({ fix }) => fix ?? []));
  const message = mistakes.map((mistake) => mistake.message).join('\n');
  return new UserError(message, [...fixes].join('; ') || undefined, new AggregateError(mistakes));
}
