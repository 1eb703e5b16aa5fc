/**
 * Turns the events of a drain into the sentences that people read. Pure: what has been told is in the memory. What
 * 300 pods would repeat is folded: cordons and evictions are told together, a refusal or a wait once for each zone
 * and reason, however its figures and names change.
 */

import { formatDuration, oneLine, plural } from '../../../../shared/format.ts';
import { countPods, listNames } from '../../../../shared/sentences.ts';
import type { DrainEvent } from '../../../drain/events.ts';
import { tellCommon, waitingSentence, withoutNumbers } from '../../narration/common.ts';
import type { Sentence, Told } from '../../narration/sentence.ts';
import type { Tone } from '../../narration/tone.ts';
import { tellProbe } from '../../probe/narrate.ts';
import { nameZone } from '../names.ts';
import type { DrainNarration } from './memory.ts';
import { count, settle, settleOld } from './tally.ts';

type EventOf<T extends DrainEvent['type']> = Extract<DrainEvent, { type: T }>;

/**
 * What there is to tell about an event.
 *
 * @returns the memory for the next event, and none, one or more sentences
 */
export function narrateDrain(memory: DrainNarration, event: DrainEvent): Told<DrainNarration> {
  const { atMs } = event;
  switch (event.type) {
    case 'node-cordoned':
      return count(memory, { kind: 'cordoned', zone: event.zone, atMs, name: event.node, node: event.node });
    case 'pod-evicted':
      return count(memory, { kind: 'evicted', zone: event.zone, atMs, name: event.pod, node: event.node });
    case 'snapshot':
      return settleOld({ ...memory, latest: event.snapshot }, atMs);
  }
  const [next, sentences] = tell(memory, event);
  if (sentences.length === 0) return [next, sentences];
  const [settled, before] = settle(next);
  const interrupts = event.type !== 'blocked';
  return [interrupts ? { ...settled, waitingFor: undefined } : settled, [...before, ...sentences]];
}

/** How far the drain is and what it waits for, as the last snapshot had it. */
export function progressSentence({ latest }: DrainNarration, atMs: number): Sentence | undefined {
  if (!latest) return undefined;
  const { nodes, pods, status } = latest;
  const text = `${nodes.drained} of ${plural(nodes.total, 'node')} drained, ${pods.total - pods.left} of ${countPods(pods.total)} evicted; ${oneLine(status.reason)}`;
  return { atMs, text, tone: 'faint' };
}

function tell(
  memory: DrainNarration,
  event: Exclude<DrainEvent, { type: 'node-cordoned' | 'pod-evicted' | 'snapshot' }>,
): Told<DrainNarration> {
  const say = (text: string, tone: Tone): Told<DrainNarration> => [
    memory,
    [{ atMs: event.atMs, text, tone }],
  ];
  switch (event.type) {
    case 'started':
      return say(describeStart(event), 'strong');
    case 'zone-begun':
      return [{ ...memory, told: new Set() }, say(oneLine(event.reason), 'strong')[1]];
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
      return once(memory, waitingSubject(event), waitingSentence(event));
    case 'probes':
    case 'probe-failed':
      return tellProbe(memory, event);
    default:
      return tellCommon(memory, event);
  }
}

function describeStart({ zones, pods }: EventOf<'started'>): string {
  const nodes = zones.reduce((sum, zone) => sum + zone.nodes.length, 0);
  const parts = zones.map(({ zone, nodes: { length } }) => `${nameZone(zone)} (${plural(length, 'node')})`);
  const order = parts.length > 1 ? ', one after the other' : '';
  return `${plural(nodes, 'node')} to drain, ${countPods(pods)} to leave: ${listNames(parts)}${order}`;
}

function once(memory: DrainNarration, subject: string, sentence: Sentence): Told<DrainNarration> {
  if (memory.told.has(subject)) return [memory, []];
  return [{ ...memory, told: new Set([...memory.told, subject]) }, [sentence]];
}

/** The same refusal reads differently for each pod. */
function refusalSubject({ reason, pod }: EventOf<'eviction-refused'>): string {
  const name = pod.slice(pod.indexOf('/') + 1);
  return `refused ${skeleton(reason.replaceAll(pod, 'POD').replaceAll(name, 'POD'))}`;
}

/** Budgets give a reason behind the colon; what else is waited for is named before it, and then the pods, one by one. */
function waitingSubject({ for: what, reason }: EventOf<'waiting'>): string {
  const text = skeleton(reason);
  return `${what} ${what === 'budget' || what === 'rollout' ? text : text.split(':', 1)}`;
}

/** A reason without what changes from one look to the next: figures, and names in parentheses. */
function skeleton(reason: string): string {
  return withoutNumbers(reason.replace(/\([^)]*\)/g, '')).replace(/\bpods\b/g, 'pod');
}
