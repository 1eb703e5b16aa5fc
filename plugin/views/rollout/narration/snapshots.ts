import { oneLine, shortRevision } from '../../../../shared/format.ts';
import type { RolloutSnapshot } from '../../../../shared/rollout/decide/snapshot.ts';
import { countPods, listNames } from '../../../../shared/sentences.ts';
import type { Sentence } from '../../narration/sentence.ts';
import { flushesSeen } from './flushes.ts';
import type { Narration } from './memory.ts';
import { describeTrouble, type Trouble, troublesOf } from './trouble.ts';

/** The first snapshot tells what is replaced; every one tells what has gone wrong since, and which
 * pods take long to end. */
export function snapshotSeen(memory: Narration, atMs: number, now: RolloutSnapshot): [Narration, Sentence[]] {
  const troubles = troublesOf(now);
  const fresh = troubles.filter(({ zone, detail }) => !memory.troubles.get(zone)?.has(detail));
  const sentences = fresh.map((trouble): Sentence => ({ atMs, text: describeTrouble(trouble), tone: 'bad' }));
  const introduction = memory.introduced ? [] : introduce(atMs, now);
  const [flushes, flushing] = flushesSeen(memory.flushes, atMs, now);
  const next = { ...memory, introduced: true, troubles: rememberTroubles(memory, troubles), flushes };
  return [next, [...introduction, ...sentences, ...flushing]];
}

/** A crashing container changes its reason again and again: a zone's reasons are forgotten when it is well. */
function rememberTroubles(memory: Narration, troubles: readonly Trouble[]): Narration['troubles'] {
  const byZone = Map.groupBy(troubles, ({ zone }) => zone);
  return new Map(
    [...byZone].map(([zone, group]) => [
      zone,
      new Set([...(memory.troubles.get(zone) ?? []), ...group.map(({ detail }) => detail)]),
    ]),
  );
}

function introduce(atMs: number, { oldRevisions, imageChanges, workload }: RolloutSnapshot): Sentence[] {
  if (oldRevisions.length === 0) return [];
  const old = oldRevisions.map(
    ({ revision, pods }) => `${shortRevision(revision, workload.name)} (${countPods(pods)})`,
  );
  const images = imageChanges.length === 0 ? '' : `; ${imageChanges.map(oneLine).join(', ')}`;
  return [{ atMs, text: `replaces revision ${listNames(old)}${images}`, tone: 'normal' }];
}
