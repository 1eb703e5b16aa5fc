import { oneLine } from '../../../../shared/format.ts';
import type { Orders } from '../../../../shared/rollout/decide/snapshot.ts';
import type { Sentence } from '../../narration/sentence.ts';

/** What operators have asked for since the last look, at this terminal or another. */
export function orderNews(
  before: Orders & { maxUnavailablePods: number },
  now: Orders & { maxUnavailablePods: number },
  atMs: number,
): Sentence[] {
  const news: Sentence[] = [];
  const say = (text: string) => news.push({ atMs, text: oneLine(text), tone: 'warn' });
  const { paused, maxUnavailableBy: limited, undone } = now;
  if (paused && paused.at !== before.paused?.at) {
    say(`paused by ${paused.by}${paused.reason === '' ? '' : `: ${paused.reason}`}`);
  }
  if (!paused && before.paused) say('resumed');
  if (limited && limited.at !== before.maxUnavailableBy?.at) {
    say(`at most ${now.maxUnavailablePods} down in a zone, set by ${limited.by}`);
  }
  if (undone && undone.at !== before.undone?.at) say(`the template was turned back by ${undone.by}`);
  return news;
}
