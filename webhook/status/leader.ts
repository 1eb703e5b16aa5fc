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
  /** Whether this replica hears nothing of some changes, so that another one should lead. */
  isBlind(): boolean;
  /** Called when this replica has begun to lead. */
  onLead(): void;
}

/** The one replica that counts; all of them answer. */
export interface Leader {
  /** Whether we certainly hold the Lease at this moment. */
  readonly leads: boolean;
  /** Gives the Lease back, so that the next replica need not wait until it expires. */
  stop(): Promise<void>;
}

const DURATION_MS = 15_000;
const RETRY_MS = 1_000;
/** A blind replica waits so long before it takes the Lease, for one that sees; and leads so long if there is none. */
const BLIND_PAUSE_MS = 20_000;
const BLIND_TERM_MS = 60_000;

/** Takes the Lease as soon as nobody else has it, and again after it was lost. */
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
    log.info({ lease: options.name, identity: options.identity }, 'this replica leads');
    options.onLead();
    const onStop = () => lost.resolve();
    signal.addEventListener('abort', onStop, { once: true });
    if (signal.aborted) onStop();
    const isOver = await Promise.race([
      lost.promise.then(() => true),
      blindness(lost.promise).catch(() => true),
    ]);
    if (!isOver) {
      log.warn({ lease: options.name }, 'this replica hears of no changes, and lets another one lead');
      await held.release();
    }
    signal.removeEventListener('abort', onStop);
  }

  /** Resolves when this replica has become blind, or has been so since it began to lead and for its term. */
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
        if (!expected) log.warn({ error: messageOf(error) }, 'the Lease could not be taken');
      }
      await pause();
    }
  }

  /** A blind replica leaves the Lease to others for longer, unless it sees again. */
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
