import assert from 'node:assert/strict';
import type { TestCluster } from '../../cluster/cluster.ts';
import { connectTo, type EvictionAnswer, evictPod } from './evictions.ts';

const ASKERS = 3;

/**
 * Asks for the eviction of a pod again and again while something happens.
 *
 * @param check throws for an answer that must not be
 * @returns how often it was asked
 */
export async function whileAsking(
  cluster: TestCluster,
  at: { namespace: string; pod: string },
  check: (answer: EvictionAnswer) => void,
  happening: () => Promise<void>,
): Promise<number> {
  const kube = await connectTo(cluster.kubeconfigPath);
  let going = true;
  let asked = 0;
  const asking = async () => {
    while (going) {
      check(await evictPod(kube, at.namespace, at.pod));
      asked += 1;
    }
  };
  const askers = Promise.all(Array.from({ length: ASKERS }, asking));
  try {
    await Promise.race([happening(), askers]);
  } finally {
    going = false;
    await askers.finally(() => kube.close());
  }
  return asked;
}

/** The answer must be that of a budget whose maxUnavailable is 0. */
export function isDenied({ code, message }: EvictionAnswer): void {
  assert.equal(code, 429, message);
  assert.match(message, /maxUnavailable is 0/);
}
