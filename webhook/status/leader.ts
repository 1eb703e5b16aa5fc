import { type Clock, delay } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { acquireLease, HeldByOtherError, type HeldLease } from '../../shared/kube/lease.ts';
import { type Log, messageOf } from '../telemetry/log.ts';

export interface LeaderOptions {
  kube: Kube;
  namespace: string;
  name: string;
  identity: string;
  clock: Clock;
  log: Log;
  /** Whether this replica misses some changes, so that another one should lead. */
  isBlind(): boolean;
  /** Called when this replica starts to lead. */
  onLead(): void;
}

/** The leader counts; all replicas answer reviews. */
export interface Leader {
  /** Whether this replica certainly holds the Lease now. */
  readonly leads: boolean;
  /** Releases the Lease, so that the next replica need not wait until it expires. */
  stop(): Promise<void>;
}

const DURATION_MS = 15_000;
const RETRY_MS = 1_000;
/**
 * A blind replica waits this long before it acquires the Lease, to let another one acquire it; if there is none, it
 * leads for this long.
 */
const BLIND_PAUSE_MS = 20_000;
const BLIND_TERM_MS = 60_000;

/** Acquires the Lease when it is free, and again after it was lost. */
export function runLeader(options: LeaderOptions): Leader {
  const { clock, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let held: HeldLease | undefined;

  async function leadOnce(): Promise<void> {
    const lost = Promise.withResolvers<void>();
    held = await acquireLease({
      ...options,
      durationMs: DURATION_MS,
      signal,
      onState(state) {
        if (state.kind === 'held') options.onLead();
        if (state.kind === 'lost') lost.resolve();
        log.info({ lease: options.name, state: state.kind }, 'leadership');
      },
    });
    log.info({ lease: options.name, identity: options.identity }, 'this replica is the leader');
    options.onLead();
    const onStop = () => lost.resolve();
    signal.addEventListener('abort', onStop, { once: true });
    if (signal.aborted) onStop();
    const isOver = await Promise.race([
      lost.promise.then(() => true),
      blindness(lost.promise).catch(() => true),
    ]);
    if (!isOver) {
      log.warn({ lease: options.name }, 'this replica receives no changes; releasing leadership');
      await held.release();
    }
    signal.removeEventListener('abort', onStop);
  }

  /** Resolves when this replica becomes blind, or has been blind since it began to lead and its term has ended. */
  async function blindness(over: Promise<void>): Promise<false> {
    const done = new AbortController();
    void over.then(() => done.abort(new Error('over')));
    const until = options.isBlind() ? clock.monotonicMs() + BLIND_TERM_MS : 0;
    while (!options.isBlind() || clock.monotonicMs() < until) await delay(clock, RETRY_MS, done.signal);
    return false;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await leadOnce();
      } catch (error) {
        const expected = error instanceof HeldByOtherError || signal.aborted;
        if (!expected) log.warn({ error: messageOf(error) }, 'the Lease could not be acquired');
      }
      await pause();
    }
  }

  /** A blind replica waits longer before it acquires the Lease, unless it recovers. */
  async function pause(): Promise<void> {
    const untilMs = clock.monotonicMs() + BLIND_PAUSE_MS;
    do await delay(clock, RETRY_MS, signal).catch(() => {});
    while (!signal.aborted && options.isBlind() && clock.monotonicMs() < untilMs);
  }

  const running = run();
  return {
    get leads() {
      return held?.state.kind === 'held';
    },
    async stop() {
      stopping.abort(new Error('stopping'));
      await running;
      await held?.release().catch((error) => log.warn({ error: messageOf(error) }, 'Lease not released'));
    },
  };
}
