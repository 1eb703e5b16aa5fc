type Topic = readonly [topic: string, text: string];

const STEERING: readonly Topic[] = [
  ['p', 'pause or resume; pods that are down come back all the same'],
  ['+ -', 'change maxUnavailable, the most pods down in a zone, by one'],
  ['u', 'turn back to the previous revision, after a question'],
  ['enter', 'why a pod is not ready, the first that is down or the chosen one'],
  ['j, k', 'or up, down: choose a pod that is down; left, right: any pod'],
];
const LEAVING =
  'leave: no more pods are taken, those that are down come back by themselves, and the same command goes on later';
const CLOSING: readonly Topic[] = [
  ['?', 'close this help'],
  ['wave', 'the pods that are down together, all of one zone; the next wave may be larger'],
  ['time left', 'estimated from the start-up times seen so far'],
];

/** What the keys and the words of the view mean. */
export function helpTopics({ steers, looksOn }: { steers: boolean; looksOn: boolean }): readonly Topic[] {
  const leaving: Topic = ['q, Ctrl-C', looksOn ? 'leave: the rollout itself goes on' : LEAVING];
  return [...(steers ? STEERING : []), leaving, ...CLOSING];
}
