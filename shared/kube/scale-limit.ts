/**
 * The most replicas that are looked at one by one. A number in an object costs its author nothing; whatever works
 * through as many names as it says stops here, and says so.
 */
export const MOST_REPLICAS = 10_000;

/** `asks for 2000000000 replicas, and more than 10000 are not looked at`. */
export function tooManyReplicas(replicas: number): string | undefined {
  if (replicas <= MOST_REPLICAS) return undefined;
  return `asks for ${replicas} replicas, and more than ${MOST_REPLICAS} are not looked at`;
}

/** Numbers from 0, as many as there are replicas, and never more than `MOST_REPLICAS`. */
export function* eachReplica(replicas: number): Generator<number> {
  const end = Math.min(replicas, MOST_REPLICAS);
  for (let index = 0; index < end; index += 1) yield index;
}
