import assert from 'node:assert/strict';
import type { V1Service } from '@kubernetes/client-node';
import type { PluginEvent } from '../helpers/plugin-run.ts';
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

/** A rollout with this ring does not start, says why, and changes nothing. */
export async function assertRefusesUntouched(
  bench: RolloutBench,
  { name, ring }: { name: string; ring: string },
  why: RegExp,
): Promise<void> {
  const versions = await bench.versions(name);
  const { stderr } = await ended(bench.start(name, `--ring=${ring}`, ...RING_TIMES), 1);
  assert.ok(stderr.includes(`no answer from hash ring ${ring}, asked `), stderr);
  assert.match(stderr, why);
  assert.equal(await bench.versions(name), versions);
}
