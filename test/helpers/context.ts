import { Readable, Writable } from 'node:stream';
import type { Context } from '../../plugin/cli/context.ts';
import { main } from '../../plugin/main.ts';
import { systemClock } from '../../shared/clock.ts';
import { connect } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { PluginRun } from './plugin-run.ts';
import { Transcript } from './transcript.ts';

/** A context without a terminal, its output, and a way to interrupt. */
export interface TestContext {
  context: Context;
  stdout: Transcript;
  stderr: Transcript;
  interrupt(): void;
}

/**
 * Makes the context of an operator's process.
 *
 * @param env on top of nothing: the test's own environment is not seen
 */
export function testContext(env: Readonly<Record<string, string>>): TestContext {
  const stdout = new Transcript();
  const stderr = new Transcript();
  const interrupts = new Set<() => void>();
  const errorStream = streamInto(stderr);
  const context: Context = {
    stdout: streamInto(stdout),
    stderr: errorStream,
    stdin: Readable.from([]),
    env,
    clock: systemClock,
    random: Math.random,
    onInterrupt(listener) {
      interrupts.add(listener);
      return () => interrupts.delete(listener);
    },
    connect: (options) =>
      connect(options, {
        env,
        clock: systemClock,
        random: Math.random,
        stderr: errorStream,
        interactive: false,
        version: 'test',
      }),
    processIdentity: { host: 'test', user: 'operator', pid: process.pid },
  };
  return {
    context,
    stdout,
    stderr,
    interrupt() {
      for (const listener of interrupts) listener();
    },
  };
}

/**
 * Runs the plugin in this process.
 *
 * @param wrap what stands between it and the API server
 */
export function runInProcess(
  kubeconfigPath: string,
  argv: readonly string[],
  wrap: (kube: Kube) => Kube = (kube) => kube,
): PluginRun {
  const { context, stdout, stderr, interrupt } = testContext({ KUBECONFIG: kubeconfigPath });
  const { connect: straight } = context;
  context.connect = async (options) => wrap(await straight(options));
  const end = main(argv, context).then((code) => {
    stdout.end();
    stderr.end();
    return { code, stdout: stdout.text, stderr: stderr.text };
  });
  return { stdout, stderr, interrupt, end };
}

function streamInto(transcript: Transcript): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      transcript.append(chunk);
      done();
    },
  });
}
