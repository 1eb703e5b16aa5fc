import assert from 'node:assert/strict';
import type { V1Service } from '@kubernetes/client-node';
import { type PluginEvent, untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import { ended, type RolloutBench } from './rollout-bench.ts';

export const RING_TIMES = ['--gate-interval=1s', '--gate-timeout=3s'];

/** Whether a gate holds the rollout, as the one of the ring does. */
export function isHeld({ type, for: what }: PluginEvent): boolean {
  return type === 'waiting' && what === 'gate';
}

/** A Service in front of the pods labelled with its name. */
export function ringService(namespace: string, name: string): V1Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ name: 'web', port: 8080, targetPort: 80 }] },
  };
}

/** A rollout with this ring says why it holds, and does nothing else until it is interrupted. */
export async function assertHoldsUntouched(
  bench: RolloutBench,
  { name, ring }: { name: string; ring: string },
  why: RegExp,
): Promise<void> {
  const uids = async () => (await bench.pods(name)).map(({ uid }) => uid);
  const before = await uids();
  const run = bench.start(name, `--ring=${ring}`, ...RING_TIMES);
  const { reason = '' } = await untilEvent(run, isHeld);
  assert.ok(reason.startsWith(`waiting for hash ring ${ring}: no answer from`), reason);
  assert.match(reason, why);
  run.interrupt();
  const { events } = await ended(run, 130);
  assert.deepEqual(wavesIn(events), []);
  assert.deepEqual(await uids(), before);
}
