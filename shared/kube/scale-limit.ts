/**
 * Maximum number of replicas that are processed individually. Any number can be written into an object at no
 * cost; code that iterates over replicas must stop at this limit and report it.
 */
export const MOST_REPLICAS = 10_000;

/** `asks for 2000000000 replicas, and more than 10000 are not looked at`. */
export function tooManyReplicas(replicas: number): string | undefined {
  if (replicas <= MOST_REPLICAS) return undefined;
  return `asks for ${replicas} replicas, and more than ${MOST_REPLICAS} are not looked at`;
}

/** Indexes from 0, one per replica, at most `MOST_REPLICAS`. */
export function* eachReplica(replicas: number): Generator<number> {
  const end = Math.min(replicas, MOST_REPLICAS);
  for (let index = 0; index < end; index += 1) yield index;
}
