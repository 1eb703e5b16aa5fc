/** What the keys and the words of the view mean. */
export const DRAIN_TOPICS: readonly (readonly [topic: string, text: string])[] = [
  ['q, Ctrl-C', 'leave: no more pods are evicted, nodes stay cordoned, and the same command goes on later'],
  ['?', 'close this help'],
  ['held', 'pods that a budget does not let go yet; they are asked for when something has changed'],
  ['unhealthy', 'workloads with pods that are down; the next zone begins when there are none'],
];
