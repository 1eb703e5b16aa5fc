import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../shared/clock.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';

/** Everything outside itself that a command may use. The executable builds the real one, tests build their own. */
export interface Context {
  /** Results. */
  stdout: OutputStream;
  /** Questions, warnings, errors. */
  stderr: OutputStream;
  stdin: InputStream;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Numbers in [0, 1) for jitter and names. */
  random: () => number;
  /** Calls `listener` for each SIGINT or SIGTERM, and returns the function that stops listening. */
  onInterrupt(listener: () => void): () => void;
  connect(options: ConnectOptions): Promise<Kube>;
  /** Ends the process at once, even if something still hangs; set only in a real process. */
  abandon?(): void;
  /** Identifies the holder of a Lease: this process on this host. */
  processIdentity: { host: string; user: string; pid: number };
}

export type OutputStream = Writable & { isTTY?: boolean; columns?: number; rows?: number };
export type InputStream = Readable & {
  isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
};
