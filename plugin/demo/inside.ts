import { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../shared/clock.ts';
import { VERSION } from '../../shared/version.ts';
import type { Context } from '../cli/context.ts';

/** A context on the sandbox's clock that can be interrupted by the caller. */
export interface Inside {
  context: Context;
  interrupt(): void;
  /** Detaches from the outer context. */
  close(): void;
}

/** @param clock the sandbox's */
export function goInside(outer: Context, clock: Clock): Inside {
  const listeners = new Set<() => void>();
  const interrupt = () => {
    for (const listener of [...listeners]) listener();
  };
  const close = outer.onInterrupt(interrupt);
  const { env, random, stderr } = outer;
  const context: Context = {
    ...outer,
    clock,
    onInterrupt(listener) {
      const entry = () => listener();
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    async connect(options) {
      const { connect } = await import('../../shared/kube/connect.ts');
      return connect(options, { env, clock, random, stderr, interactive: false, version: VERSION });
    },
  };
  return { context, interrupt, close };
}

/**
 * A context without a terminal, for a command that runs as if it were typed.
 *
 * @param onLine called with each line on its standard output
 * @param onTalk called with each line on its standard error
 */
export function withoutTerminal(
  context: Context,
  onLine: (line: string) => void,
  onTalk: (line: string) => void,
): Context {
  return { ...context, stdout: lineStream(onLine), stderr: lineStream(onTalk), stdin: Readable.from([]) };
}

/** A stream that calls back with each line written to it, except empty ones. */
export function lineStream(onLine: (line: string) => void): Writable {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') onLine(line);
      done();
    },
  });
}
