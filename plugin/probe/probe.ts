import { setMaxListeners } from 'node:events';
import { type Clock, instantOf, settledWithin } from '../../shared/clock.ts';
import {
  CONNECTIONS,
  type Connection,
  type ProbeNews,
  type ProbeResult,
  type ProbeSummary,
} from '../../shared/drive/probe-news.ts';
import { UserError } from '../../shared/errors.ts';
import { abortable, startDeadline } from '../../shared/kube/deadline.ts';
import { type ProbeClient, probeClient } from './client.ts';
import { isExpected } from './decide/expect.ts';
import { hopeless } from './decide/first-answers.ts';
import { beat, type Rhythm } from './decide/rhythm.ts';
import {
  EMPTY_TALLY,
  MOST_LISTED,
  sampleOf,
  summaryOf,
  type Tally,
  withResult,
  withSkipped,
} from './decide/tally.ts';
import type { ProbeRequest } from './options.ts';
import { type ProbeTarget, probeTargets } from './targets.ts';

export interface ProbeOptions {
  request: ProbeRequest;
  clock: Clock;
  /** Names of the pods being replaced now. */
  replaced(): readonly string[];
  /** Creates the client of an address; HTTP by default. */
  client?: (url: URL) => ProbeClient;
}

/** How often samples are reported. */
const SAMPLE_MS = 1_000;
/** Further requests count as failed: a service that does not respond must not use up the sockets of this machine. */
export const MOST_UNDER_WAY = 256;
/** How long to wait at the end for responses in flight. */
const LAST_ANSWERS_MS = 1_000;

/** Sends requests at a constant rate and counts their results. */
export class Probe {
  private readonly given: ProbeOptions;
  private readonly targets: readonly ProbeTarget[];
  private readonly stopped = new AbortController();
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly untold: (ProbeNews & { atMs: number })[] = [];
  private tell: ((news: ProbeNews & { atMs: number }) => void) | undefined;
  private onFailure: () => void = () => {};
  private onBroken: () => void = () => {};
  private why: string | undefined;
  private run: Tally = EMPTY_TALLY;
  private sample: Tally = EMPTY_TALLY;
  /** By the monotonic clock. */
  private sampledMs = 0;
  private last = '';
  private cancelBeat: () => void = () => {};
  private cancelSample: () => void = () => {};

  constructor(given: ProbeOptions) {
    this.given = given;
    // Each request in flight adds a listener; older versions of Node report more than ten as a leak.
    setMaxListeners(0, this.stopped.signal);
    this.targets = probeTargets(given.request.urls, given.client ?? probeClient);
  }

  /**
   * Sends the first requests, and once they have completed starts the schedule, which continues until `end` or until
   * the signal aborts.
   *
   * @throws UserError for an address without any expected response to the first requests
   * @throws the signal's reason if it aborts before that
   */
  async start(signal: AbortSignal): Promise<void> {
    const stop = () => this.stop();
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const { clock } = this.given;
    const nowMs = clock.monotonicMs();
    const first = this.targets.flatMap((target) => CONNECTIONS.map((way) => this.send(target, way, nowMs)));
    const results = await Promise.all(first);
    signal.throwIfAborted();
    if (this.why !== undefined) throw new Error(this.why);
    const problems = hopeless(results.filter((result) => result !== undefined));
    if (problems.length > 0) {
      this.stop();
      throw new UserError(
        problems.map((problem) => `--probe: ${problem}`).join('\n'),
        'nothing was changed; correct the URL, set the expected status with --probe-expect, or remove --probe',
      );
    }
    this.sampledMs = clock.monotonicMs();
    this.takeSample();
    this.goOn({ startMs: clock.monotonicMs(), intervalMs: this.given.request.intervalMs, next: 0 });
  }

  /** Passes on all news, including earlier ones. */
  listen(tell: (news: ProbeNews & { atMs: number }) => void): void {
    this.tell = tell;
    for (const news of this.untold.splice(0)) tell(news);
  }

  /** Calls `listener` after each failed request. */
  whenFailed(listener: () => void): void {
    this.onFailure = listener;
  }

  /** Calls `listener` once the probes cannot continue, even if that was earlier. */
  whenBroken(listener: () => void): void {
    this.onBroken = listener;
    if (this.why !== undefined) listener();
  }

  /** Why the probes have stopped reporting: an unexpected error. Undefined while they run. */
  get broken(): string | undefined {
    return this.why;
  }

  /** How many requests have completed. */
  get requests(): number {
    return this.run.requests;
  }

  get failed(): number {
    return this.run.failed;
  }

  /** Why the last failed request failed; empty if none has. */
  get lastFailure(): string {
    return this.last;
  }

  /** Stops sending requests, waits briefly for those in flight, and returns the summary. */
  async end(): Promise<ProbeSummary> {
    this.cancelBeat();
    await settledWithin(this.given.clock, LAST_ANSWERS_MS, Promise.all(this.underWay));
    const unanswered = this.underWay.size;
    if (!this.stopped.signal.aborted) this.guard(() => this.tellSample());
    this.stop();
    return summaryOf(this.run, { urls: this.targets.map(({ shown }) => shown), unanswered });
  }

  private stop(): void {
    this.cancelBeat();
    this.cancelSample();
    this.stopped.abort(new Error('the probes have ended'));
    for (const { client } of this.targets) {
      try {
        client.close();
      } catch {
        // No more requests are sent, so nothing depends on it.
      }
    }
  }

  /** Runs code outside of any promise: an error ends the probes, because their results could no longer be trusted. */
  private guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (this.why !== undefined) return;
      this.why = `the probes stopped working: ${error instanceof Error ? error.message : String(error)}`;
      this.stop();
      this.onBroken();
    }
  }

  private goOn(rhythm: Rhythm): void {
    const { clock } = this.given;
    const now = beat(rhythm, clock.monotonicMs());
    const each = this.targets.length * CONNECTIONS.length;
    this.run = withSkipped(this.run, now.skipped * each);
    this.sample = withSkipped(this.sample, now.skipped * each);
    for (const dueMs of now.dueMs) {
      for (const target of this.targets) for (const way of CONNECTIONS) void this.send(target, way, dueMs);
    }
    const waitMs = Math.max(0, now.nextMs - clock.monotonicMs());
    this.cancelBeat = clock.schedule(waitMs, () => this.guard(() => this.goOn(now.rhythm)));
  }

  /**
   * @param dueMs by the monotonic clock
   * @returns the result; undefined if the probes ended before
   */
  private send(target: ProbeTarget, connection: Connection, dueMs: number): Promise<ProbeResult | undefined> {
    const sent = this.sendOne(target, connection, dueMs);
    this.underWay.add(sent);
    return sent.finally(() => this.underWay.delete(sent));
  }

  private async sendOne(
    target: ProbeTarget,
    connection: Connection,
    dueMs: number,
  ): Promise<ProbeResult | undefined> {
    const { clock, replaced } = this.given;
    const dueAtMs = clock.nowMs() - (clock.monotonicMs() - dueMs);
    let pods: readonly string[] = [];
    this.guard(() => {
      pods = replaced();
    });
    const verdict = await this.ask(target, connection);
    if (this.stopped.signal.aborted) return undefined;
    const tookMs = Math.max(0, clock.monotonicMs() - dueMs);
    const result = { url: target.shown, connection, dueAtMs, tookMs, ...verdict };
    this.guard(() => this.count(result, [...new Set([...pods, ...replaced()])]));
    return result;
  }

  private async ask(
    target: ProbeTarget,
    connection: Connection,
  ): Promise<Pick<ProbeResult, 'code' | 'failure'>> {
    if (target.underWay >= MOST_UNDER_WAY) {
      return { code: undefined, failure: `not sent: ${MOST_UNDER_WAY} requests wait for answers already` };
    }
    const { clock, request } = this.given;
    const late = () => new Error(`no complete answer within ${request.timeoutMs / 1000}s`);
    const deadline = startDeadline(clock, request.timeoutMs, late, this.stopped.signal);
    target.underWay += 1;
    try {
      const answer = target.client.ask(connection, deadline.signal);
      const { code, statusLine, broken } = await abortable(answer, deadline.signal);
      return { code, failure: broken ?? (isExpected(code, request.expected) ? undefined : statusLine) };
    } catch (error) {
      return { code: undefined, failure: error instanceof Error ? error.message : String(error) };
    } finally {
      target.underWay -= 1;
      deadline.clear();
    }
  }

  private count(result: ProbeResult, pods: readonly string[]): void {
    this.run = withResult(this.run, result, pods);
    this.sample = withResult(this.sample, result, pods);
    const { failure: reason, dueAtMs, ...rest } = result;
    const atMs = dueAtMs + rest.tookMs;
    if (reason === undefined) return;
    this.last = reason;
    if (this.run.failed <= MOST_LISTED) this.say({ atMs, type: 'probe-failed', ...rest, reason, pods });
    this.onFailure();
  }

  private takeSample(): void {
    this.cancelSample = this.given.clock.schedule(SAMPLE_MS, () => {
      this.takeSample();
      this.guard(() => this.tellSample());
    });
  }

  private tellSample(): void {
    const { wallMs: atMs, monotonicMs } = instantOf(this.given.clock);
    const sample = sampleOf(this.sample, monotonicMs - this.sampledMs);
    this.sample = EMPTY_TALLY;
    this.sampledMs = monotonicMs;
    if (sample.requests + sample.skipped > 0) this.say({ atMs, type: 'probes', ...sample });
  }

  private say(news: ProbeNews & { atMs: number }): void {
    if (this.tell) this.tell(news);
    else this.untold.push(news);
  }
}
