import * as z from 'zod/mini';
import type { DrainEvent } from '../../plugin/drain/events.ts';
import type { PluginRun } from './plugin-run.ts';

/** A line of JSON output, which has the time as a text, and counts in place of a snapshot. */
export type DrainLine =
  | ({ time: string } & EventLine<Exclude<DrainEvent, { type: 'snapshot' }>>)
  | {
      time: string;
      type: 'progress';
      nodesDrained: number;
      nodes: number;
      podsLeft: number;
      pods: number;
      /** Without an estimate there is none. */
      remainingMs?: number | undefined;
    };
type EventLine<E> = E extends unknown ? Omit<E, 'atMs'> : never;
type LineOf<T extends DrainLine['type']> = Extract<DrainLine, { type: T }>;

const zone = z.nullable(z.string());
const names = z.array(z.string());
const count = z.number().check(z.nonnegative());
const time = z.string().check(z.iso.datetime({ precision: 3 }));
const failure = z.strictObject({
  url: z.string(),
  connection: z.enum(['kept-alive', 'fresh']),
  dueAtMs: count,
  tookMs: count,
  code: z.optional(count),
  reason: z.string(),
  pods: names,
});
const probe = z.strictObject({
  urls: names,
  requests: count,
  failed: count,
  skipped: count,
  unanswered: count,
  codes: z.record(z.string(), count),
  medianMs: z.optional(count),
  percentile99Ms: z.optional(count),
  slowestMs: z.optional(count),
  failures: z.array(failure),
});
const line = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.strictObject({ time, type: z.literal(type), ...shape });

/** The stable interface, written down a second time: a field that was renamed fails. */
const lineSchema: z.ZodMiniType<DrainLine> = z.discriminatedUnion('type', [
  line('started', { zones: z.array(z.strictObject({ zone, nodes: names })), pods: count }),
  line('notice', { message: z.string() }),
  line('zone-begun', { zone, nodes: names, reason: z.string() }),
  line('node-cordoned', { node: z.string(), zone }),
  line('pod-evicted', { pod: z.string(), node: z.string(), zone }),
  line('eviction-refused', { pod: z.string(), node: z.string(), zone, reason: z.string() }),
  line('pod-gone', { pod: z.string(), node: z.string(), tookMs: count }),
  line('node-drained', { node: z.string(), zone, pods: count, tookMs: count }),
  line('zone-finished', { zone, nodes: count, pods: count, tookMs: count }),
  line('waiting', { for: z.string(), reason: z.string(), pods: names, fix: z.optional(z.string()) }),
  line('blocked', { by: z.string(), reason: z.string(), fix: z.string(), pods: names }),
  line('connection-lost', { reason: z.string() }),
  line('connection-restored', { afterMs: count }),
  line('probes', {
    forMs: count,
    requests: count,
    failed: count,
    skipped: count,
    medianMs: z.optional(count),
    slowestMs: z.optional(count),
  }),
  line('probe-failed', {
    url: z.string(),
    connection: z.enum(['kept-alive', 'fresh']),
    code: z.optional(count),
    reason: z.string(),
    tookMs: count,
    pods: names,
  }),
  line('progress', {
    nodesDrained: count,
    nodes: count,
    podsLeft: count,
    pods: count,
    remainingMs: z.optional(count),
  }),
  line('finished', {
    outcome: z.enum(['done', 'stopped', 'interrupted', 'failed']),
    reason: z.string(),
    summary: z.strictObject({
      tookMs: count,
      nodesDrained: count,
      podsEvicted: count,
      requestsRefused: count,
      zonesDownTogether: count,
      cordoned: names,
      probe: z.optional(probe),
    }),
  }),
]);

/** The lines of a drain's JSON output, each of which must be as the interface says. */
export function drainLines(text: string): DrainLine[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((each) => lineSchema.parse(JSON.parse(each)));
}

export function linesOf<T extends DrainLine['type']>(lines: readonly DrainLine[], type: T): LineOf<T>[] {
  return lines.filter((each): each is LineOf<T> => each.type === type);
}

/**
 * Resolves with the first line of this type that matches, which may have been told already.
 *
 * @throws Error with all that was said when the drain ends without it
 */
export function untilLine<T extends DrainLine['type']>(
  run: PluginRun,
  type: T,
  matches: (line: LineOf<T>) => boolean = () => true,
): Promise<LineOf<T>> {
  return run.stdout
    .until(({ lines }) => linesOf(drainLines(lines.map((each) => `${each}\n`).join('')), type).find(matches))
    .catch((cause: unknown) => {
      throw new Error(`no such line; stderr: ${run.stderr.text}`, { cause });
    });
}
