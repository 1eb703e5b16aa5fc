import { type Clock, instantOf, longestBetweenMs } from '../clock.ts';
import { UserError } from '../errors.ts';
import { formatDuration, plural } from '../format.ts';
import { abortable, startDeadline } from '../kube/deadline.ts';
import type { GateState } from '../rollout/decide/types.ts';
import type { GateSource, GateTimes } from './gate.ts';
import { type GateRecord, isFresh, statesAt } from './record.ts';

export interface PollOptions {
  source: GateSource;
  clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  random: () => number;
  times: GateTimes;
  /** Called after each response, and after each failure. */
  onAnswer: () => void;
}

/** Fraction of the fresh time after which the next request is sent, so that its response arrives in time. */
const ASK_AGAIN = { earliest: 0.6, spread: 0.2 };
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** Polls one source; after a failure with exponential backoff. */
export class GatePoll {
  private readonly given: PollOptions;
  private readonly record: GateRecord;
  private signal: AbortSignal = AbortSignal.abort(new Error('not started'));
  private asking: Promise<unknown> | undefined;
  private failures = 0;
  private cancelTimer: () => void = () => {};
  private lastFailure: unknown;
  private onNextAnswer: () => void = () => {};

  constructor(given: PollOptions) {
    const { source, names } = given.source;
    this.given = given;
    this.record = { source, names, since: instantOf(given.clock), answer: undefined, failure: undefined };
  }

  /**
   * Sends the first request and polls until the signal aborts.
   *
   * @returns why there was no first response, or undefined
   */
  start(signal: AbortSignal): Promise<unknown> {
    this.signal = signal;
    this.record.since = instantOf(this.given.clock);
    const stop = () => {
      this.cancelTimer();
      try {
        this.given.source.close();
      } catch {
        // No more requests are sent, so the error does not matter.
      }
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return this.ask();
  }

  /**
   * Waits for the first response for as long as one request may take.
   *
   * @returns why there is none: a UserError, or the signal's reason; undefined if there is one
   */
  async untilAnswered(): Promise<unknown> {
    while (this.failures > 0) {
      if (this.signal.aborted) return this.signal.reason;
      if (this.lastFailure instanceof UserError) return this.lastFailure;
      const { clock, times } = this.given;
      const triedMs = longestBetweenMs(this.record.since, instantOf(clock));
      if (triedMs >= times.timeoutMs) return this.refusal(triedMs);
      await this.nextAnswer();
    }
    return undefined;
  }

  private refusal(triedMs: number): UserError {
    const tried = `asked ${plural(this.failures, 'time')} in ${formatDuration(triedMs)}`;
    return new UserError(
      `no answer from ${this.given.source.source}, ${tried}: ${reasonOf(this.lastFailure)}`,
      'nothing was changed; run the command again when it answers, or without this gate',
      this.lastFailure,
    );
  }

  /** Resolves after the next response or failure, and when the signal aborts. */
  private nextAnswer(): Promise<void> {
    const { signal } = this;
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.onNextAnswer = done;
    });
  }

  states(): readonly GateState[] {
    return statesAt(this.record, instantOf(this.given.clock), this.given.times);
  }

  get fresh(): boolean {
    return isFresh(this.record, instantOf(this.given.clock), this.given.times);
  }

  /**
   * Queries now if the last response is not fresh, and resolves when that has completed or failed. A source
   * that failed is not queried before its backoff has ended: a source that throttles us must not be queried
   * more often because a pod is due.
   */
  async refresh(): Promise<void> {
    if (this.fresh) return;
    if (this.asking) await this.asking;
    else if (this.failures === 0) await this.ask();
  }

  private ask(): Promise<unknown> {
    this.cancelTimer();
    const asking = this.askOnce().finally(() => {
      this.asking = undefined;
    });
    this.asking = asking;
    return asking;
  }

  private async askOnce(): Promise<unknown> {
    const { source, clock, times, onAnswer } = this.given;
    const late = () => new Error(`no answer within ${times.timeoutMs / 1000}s`);
    const deadline = startDeadline(clock, times.timeoutMs, late, this.signal);
    let failure: unknown;
    try {
      const basis = source.basis?.();
      const states = await abortable(source.check(deadline.signal), deadline.signal);
      this.record.answer = { states, at: instantOf(clock), isOutdated: () => !restsOn(source, basis) };
      this.record.failure = undefined;
      this.failures = 0;
    } catch (error) {
      failure = error;
      this.record.failure = reasonOf(error);
      this.lastFailure = error;
      this.failures += 1;
    } finally {
      deadline.clear();
    }
    if (this.signal.aborted) return failure;
    this.cancelTimer = clock.schedule(this.nextDelayMs(), () => void this.ask());
    onAnswer();
    this.onNextAnswer();
    return failure;
  }

  private nextDelayMs(): number {
    const { random, times } = this.given;
    if (this.failures === 0) {
      return times.freshForMs * (ASK_AGAIN.earliest + ASK_AGAIN.spread * random());
    }
    const longestMs = Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LONGEST_RETRY_MS);
    return longestMs * (0.5 + random() / 2);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether what a response depends on is unchanged. If that cannot be determined, it is not. */
function restsOn(source: GateSource, basis: string | undefined): boolean {
  try {
    return source.basis?.() === basis;
  } catch {
    return false;
  }
}
