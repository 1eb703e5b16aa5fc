import type { Clock } from '../../../shared/clock.ts';
import { StatusError } from '../api/errors.ts';

const RETRY_MS = 1000;

/** Long enough to process a series of changes together: a set of 2,000 pods costs milliseconds each time. */
export const COALESCE_MS = 4;

/**
 * The keys that a controller still has to reconcile, each at most once. One key is handled per turn of the event loop,
 * so that requests are served in between.
 */
export class WorkQueue {
  private readonly clock: Clock;
  private readonly reconcile: (key: string) => void;
  private readonly keys = new Set<string>();
  private readonly delayed = new Map<string, { dueMs: number; cancel: () => void }>();
  private readonly coalesceMs: number;
  private cancelTurn: (() => void) | undefined;
  private stopped = false;

  /**
   * @param reconcile reconciles the key; if it throws, the key is retried later
   * @param coalesceMs how long to wait for more changes, in real time: it saves CPU time and is not part of the
   * simulation
   */
  constructor(clock: Clock, reconcile: (key: string) => void, coalesceMs = 0) {
    this.clock = clock;
    this.reconcile = reconcile;
    this.coalesceMs = coalesceMs;
  }

  add(key: string): void {
    if (this.stopped) return;
    this.keys.add(key);
    this.cancelTurn ??= this.nextTurn(this.coalesceMs);
  }

  /** Adds the key after a delay; of several delays for one key the shortest applies. */
  addAfter(key: string, delayMs: number): void {
    if (this.stopped) return;
    const dueMs = this.clock.nowMs() + delayMs;
    const waiting = this.delayed.get(key);
    if (waiting && waiting.dueMs <= dueMs) return;
    waiting?.cancel();
    const cancel = this.clock.schedule(delayMs, () => {
      this.delayed.delete(key);
      this.add(key);
    });
    this.delayed.set(key, { dueMs, cancel });
  }

  stop(): void {
    this.stopped = true;
    this.cancelTurn?.();
    for (const { cancel } of this.delayed.values()) cancel();
    this.delayed.clear();
    this.keys.clear();
  }

  private run(): void {
    this.cancelTurn = undefined;
    const [key] = this.keys;
    if (key === undefined) return;
    this.keys.delete(key);
    try {
      this.reconcile(key);
    } catch (error) {
      // A rejected write is normal; any other error is a bug in the controller and must not be hidden.
      if (!(error instanceof StatusError))
        process.emitWarning(error instanceof Error ? error : String(error));
      this.addAfter(key, RETRY_MS);
    }
    if (this.keys.size > 0) this.cancelTurn ??= this.nextTurn(0);
  }

  private nextTurn(afterMs: number): () => void {
    if (afterMs > 0) {
      const timer = setTimeout(() => this.run(), afterMs);
      return () => clearTimeout(timer);
    }
    const immediate = setImmediate(() => this.run());
    return () => clearImmediate(immediate);
  }
}
