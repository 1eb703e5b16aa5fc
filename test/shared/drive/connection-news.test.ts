import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConnectionNews, connectionNews } from '../../../shared/drive/connection-news.ts';
import { ApiError, ConnectionError } from '../../../shared/kube/kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

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
    const error = new ConnectionError('no route');
    hear({ kind: 'lost', path: '/nodes', error, reason: 'no route', sinceMs: clock.nowMs(), retryInMs });
  };
  const refuse = () => {
    const error = new ApiError({ code: 429, reason: 'TooManyRequests', message: 'busy' });
    hear({ kind: 'lost', path: '/pods', error, reason: 'busy', sinceMs: clock.nowMs(), retryInMs: 9 });
  };
  const restore = (afterMs: number, path = '/nodes') => hear({ kind: 'restored', path, afterMs });
  return { clock, told, watches, lose, refuse, restore };
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

  it('reports the watch that stays refused when the one reported first is back', () => {
    const { told, watches, lose, refuse, restore } = listening();
    lose();
    refuse();
    restore(5);
    watches.live = true;
    restore(20, '/pods');
    assert.deepEqual(
      told.map((news) => (news.type === 'connection-lost' ? news.reason : news.type)),
      ['no route', 'busy', 'connection-restored'],
    );
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
