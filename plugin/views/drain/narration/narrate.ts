/**
 * Turns the events of a drain into text. Pure: the memory contains what has been reported. Repetitive events are
 * folded: cordons and evictions are reported together, a refusal or a wait once per zone and reason, however its
 * figures and names change.
 */

import { formatDuration, oneLine, plural } from '../../../../shared/format.ts';
import { countPods, listNames } from '../../../../shared/sentences.ts';
import type { DrainEvent, Leftover } from '../../../drain/events.ts';
import { narrateCommon, waitingLine, withoutNumbers } from '../../narration/common.ts';
import type { LogLine, Narrated, Narrator } from '../../narration/log-line.ts';
import type { Tone } from '../../narration/tone.ts';
import { narrateProbe } from '../../probe/narrate.ts';
import { nameZone } from '../names.ts';
import { closingLines } from '../summary.ts';
import { type DrainNarration, NO_MEMORY } from './memory.ts';
import { count, settle, settleOld } from './tally.ts';

type EventOf<T extends DrainEvent['type']> = Extract<DrainEvent, { type: T }>;

/** Reports a drain line by line. */
export function drainNarrator(leftover: Leftover | undefined): Narrator<DrainEvent, DrainNarration> {
  return {
    initial: NO_MEMORY,
    narrate: narrateDrain,
    closing: (event) => (event.type === 'finished' ? closingLines(event, leftover) : []),
    afterSilence: progressLine,
  };
}

/**
 * The lines for an event.
 *
 * @returns the memory for the next event, and none, one or more lines
 */
export function narrateDrain(memory: DrainNarration, event: DrainEvent): Narrated<DrainNarration> {
  const { atMs } = event;
  switch (event.type) {
    case 'node-cordoned':
      return count(memory, { kind: 'cordoned', zone: event.zone, atMs, name: event.node, node: event.node });
    case 'pod-evicted':
      return count(memory, { kind: 'evicted', zone: event.zone, atMs, name: event.pod, node: event.node });
    case 'snapshot':
      return settleOld({ ...memory, latest: event.snapshot }, atMs);
  }
  const [next, lines] = narrateEvent(memory, event);
  if (lines.length === 0) return [next, lines];
  const [settled, before] = settle(next);
  const interrupts = event.type !== 'blocked';
  return [interrupts ? { ...settled, waitingFor: undefined } : settled, [...before, ...lines]];
}

/** Progress of the drain and what it waits for, from the last snapshot. */
export function progressLine({ latest }: DrainNarration, atMs: number): LogLine | undefined {
  if (!latest) return undefined;
  const { nodes, pods, status } = latest;
  const text = `${nodes.drained} of ${plural(nodes.total, 'node')} drained, ${pods.total - pods.left} of ${countPods(pods.total)} evicted; ${oneLine(status.reason)}`;
  return { atMs, text, tone: 'faint' };
}

function narrateEvent(
  memory: DrainNarration,
  event: Exclude<DrainEvent, { type: 'node-cordoned' | 'pod-evicted' | 'snapshot' }>,
): Narrated<DrainNarration> {
  const say = (text: string, tone: Tone): Narrated<DrainNarration> => [
    memory,
    [{ atMs: event.atMs, text, tone }],
  ];
  switch (event.type) {
    case 'started':
      return say(describeStart(event), 'strong');
    case 'zone-begun':
      return [{ ...memory, reported: new Set() }, say(oneLine(event.reason), 'strong')[1]];
    case 'eviction-refused':
      return once(memory, refusalSubject(event), {
        atMs: event.atMs,
        text: `${nameZone(event.zone)}: eviction of ${event.pod} refused: ${oneLine(event.reason)}`,
        tone: 'warn',
      });
    case 'pod-gone':
      return [memory, []];
    case 'node-drained':
      return say(
        `${event.node} drained: ${countPods(event.pods)} in ${formatDuration(event.tookMs)}`,
        'normal',
      );
    case 'zone-finished': {
      const what = `${plural(event.nodes, 'node')}, ${countPods(event.pods)}`;
      return say(`${nameZone(event.zone)} finished: ${what} in ${formatDuration(event.tookMs)}`, 'good');
    }
    case 'waiting':
      return once(memory, waitingSubject(event), waitingLine(event));
    case 'probes':
    case 'probe-failed':
      return narrateProbe(memory, event);
    default:
      return narrateCommon(memory, event);
  }
}

function describeStart({ zones, pods }: EventOf<'started'>): string {
  const nodes = zones.reduce((sum, zone) => sum + zone.nodes.length, 0);
  const parts = zones.map(({ zone, nodes: { length } }) => `${nameZone(zone)} (${plural(length, 'node')})`);
  const order = parts.length > 1 ? ', one after the other' : '';
  return `${plural(nodes, 'node')} to drain, ${countPods(pods)} to evict: ${listNames(parts)}${order}`;
}

function once(memory: DrainNarration, subject: string, line: LogLine): Narrated<DrainNarration> {
  if (memory.reported.has(subject)) return [memory, []];
  return [{ ...memory, reported: new Set([...memory.reported, subject]) }, [line]];
}

/** A refusal without the pod's name, so that the same refusal of different pods is equal. */
function refusalSubject({ reason, pod }: EventOf<'eviction-refused'>): string {
  const name = pod.slice(pod.indexOf('/') + 1);
  return `refused ${skeleton(reason.replaceAll(pod, 'POD').replaceAll(name, 'POD'))}`;
}

/** Budgets give a reason after the colon; other waits are described before it, with the pods after it. */
function waitingSubject({ for: what, reason }: EventOf<'waiting'>): string {
  const text = skeleton(reason);
  return `${what} ${what === 'budget' || what === 'rollout' ? text : text.split(':', 1)}`;
}

/** A reason without the changing parts: figures, and names in parentheses. */
function skeleton(reason: string): string {
  return withoutNumbers(reason.replace(/\([^)]*\)/g, '')).replace(/\bpods\b/g, 'pod');
}
