import type { ProbeNews } from '../../../shared/drive/probe-news.ts';
import { firstNames, formatDuration, oneLine, plural } from '../../../shared/format.ts';
import type { LogLine, Narrated } from '../narration/log-line.ts';

/** What has been reported of probes. */
export interface ProbeStory {
  /** When the first request of the current failures was due; undefined while none fails. */
  failingSinceMs: number | undefined;
  /** Number of failures since then. */
  failed: number;
}

export const NO_STORY: ProbeStory = { failingSinceMs: undefined, failed: 0 };

export type ProbeEvent = { atMs: number } & ProbeNews;

/**
 * Reports when requests begin to fail, with the first failure, and when they stop failing. The failures in between are
 * in the summary.
 */
export function narrateProbe<M extends { probe: ProbeStory }>(memory: M, event: ProbeEvent): Narrated<M> {
  return event.type === 'probe-failed' ? requestFailed(memory, event) : sampleSeen(memory, event);
}

function requestFailed<M extends { probe: ProbeStory }>(
  memory: M,
  { atMs, url, connection, reason, tookMs, pods }: Extract<ProbeEvent, { type: 'probe-failed' }>,
): Narrated<M> {
  if (memory.probe.failingSinceMs !== undefined) return [memory, []];
  const way = connection === 'fresh' ? 'a fresh' : 'a kept-alive';
  const meanwhile =
    pods.length === 0 ? 'while no pod was being replaced' : `while replacing ${firstNames(pods)}`;
  const text = `probe: ${oneLine(reason)} ${meanwhile} (${url}, ${way} connection)`;
  return [{ ...memory, probe: { failingSinceMs: atMs - tookMs, failed: 0 } }, [{ atMs, text, tone: 'bad' }]];
}

function sampleSeen<M extends { probe: ProbeStory }>(
  memory: M,
  { atMs, requests, failed, skipped }: Extract<ProbeEvent, { type: 'probes' }>,
): Narrated<M> {
  const { failingSinceMs, failed: before } = memory.probe;
  const lines: LogLine[] = [];
  if (skipped > 0) {
    const text = `probe: this machine was suspended, and ${plural(skipped, 'request')} were not sent`;
    lines.push({ atMs, text, tone: 'warn' });
  }
  if (failingSinceMs === undefined) return [memory, lines];
  if (failed > 0 || requests === 0) {
    return [{ ...memory, probe: { failingSinceMs, failed: before + failed } }, lines];
  }
  const text = `probe: requests succeed again after ${formatDuration(atMs - failingSinceMs)}; ${plural(before, 'request')} failed`;
  return [{ ...memory, probe: NO_STORY }, [...lines, { atMs, text, tone: 'warn' }]];
}
