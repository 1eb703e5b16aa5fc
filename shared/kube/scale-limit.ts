/**
 * Maximum number of replicas that are processed individually. Any number can be written into an object at no
 * cost; code that iterates over replicas must stop at this limit and report it.
 */
export const MOST_REPLICAS = 10_000;

/** `2000000000 replicas are more than the supported 10000`. */
export function tooManyReplicas(replicas: number): string | undefined {
  if (replicas <= MOST_REPLICAS) return undefined;
  return `${replicas} replicas are more than the supported ${MOST_REPLICAS}`;
}

/** Indexes from 0, one per replica, at most `MOST_REPLICAS`. */
export function* eachReplica(replicas: number): Generator<number> {
  const end = Math.min(replicas, MOST_REPLICAS);
  for (let index = 0; index < end; index += 1) yield index;
}
