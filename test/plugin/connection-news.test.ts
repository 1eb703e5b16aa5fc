import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConnectionNews, connectionNews } from '../../plugin/connection-news.ts';
import { ConnectionError } from '../../shared/kube/kube.ts';
import { manualClock } from '../helpers/manual-clock.ts';

function listening() {
  const clock = manualClock();
  const told: ConnectionNews[] = [];
  const watches = { live: true };
  const hear = connectionNews(
    clock,
    () => watches.live,
    (news) => told.push(news),
  );
  const lose = (retryInMs = 1000) => {
    watches.live = false;
    hear({ kind: 'lost', error: new ConnectionError('no route'), sinceMs: clock.nowMs(), retryInMs });
  };
  const restore = (afterMs: number) => hear({ kind: 'restored', afterMs });
  return { clock, told, watches, lose, restore };
}

describe('news of the connection', () => {
  it('tells one loss and one return of watches that break together', () => {
    const { clock, told, watches, lose, restore } = listening();
    lose();
    clock.advance(10);
    lose();
    clock.advance(2000);
    restore(2010);
    watches.live = true;
    clock.advance(5);
    restore(2005);
    restore(2005);
    assert.deepEqual(
      told.map(({ atMs: _, ...news }) => news),
      [
        { type: 'connection-lost', reason: 'no route' },
        { type: 'connection-restored', afterMs: 2015 },
      ],
    );
  });

  it('says nothing of a watch that begins anew at once', () => {
    const { told, watches, lose, restore } = listening();
    lose(0);
    watches.live = true;
    restore(0);
    assert.deepEqual(told, []);
  });

  it('tells the next loss as well', () => {
    const { told, watches, lose, restore } = listening();
    for (let times = 0; times < 2; times += 1) {
      lose();
      watches.live = true;
      restore(0);
    }
    assert.equal(told.length, 4);
  });
});
