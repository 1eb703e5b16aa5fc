/** What the keys and the words of the view mean. */
export const ROLLOUT_TOPICS: readonly (readonly [topic: string, text: string])[] = [
  [
    'q, Ctrl-C',
    'leave: no more pods are taken, those that are down come back by themselves, and the same command goes on later',
  ],
  ['?', 'close this help'],
  ['wave', 'the pods that are down together, all of one zone; the next wave may be larger'],
  ['time left', 'estimated from the start-up times seen so far'],
];
