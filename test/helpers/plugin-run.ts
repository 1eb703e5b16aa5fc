import * as z from 'zod/mini';
import type { Transcript } from './transcript.ts';

/** The fields of the plugin's JSON lines that tests look at. */
const eventSchema = z.object({
  type: z.string(),
  wave: z.optional(z.number()),
  zone: z.optional(z.string()),
  pod: z.optional(z.string()),
  pods: z.optional(z.union([z.array(z.string()), z.number()])),
  reason: z.optional(z.string()),
  fix: z.optional(z.string()),
  message: z.optional(z.string()),
  outcome: z.optional(z.string()),
  resumed: z.optional(z.boolean()),
  stale: z.optional(z.number()),
  updated: z.optional(z.number()),
  down: z.optional(z.number()),
  by: z.optional(z.string()),
  for: z.optional(z.string()),
  summary: z.optional(
    z.object({
      waves: z.number(),
      podsReplaced: z.number(),
      mostPodsDown: z.number(),
      zonesDownTogether: z.number(),
    }),
  ),
});

export type PluginEvent = z.infer<typeof eventSchema>;

/** A wave as an event told it. */
export interface ToldWave {
  wave: number;
  zone: string;
  pods: readonly string[];
}

export interface PluginResult {
  /** Undefined when a signal ended it. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** A plugin that runs, in this process or in another. */
export interface PluginRun {
  readonly stdout: Transcript;
  readonly stderr: Transcript;
  /** SIGINT, or what stands for it. */
  interrupt(): void;
  /** Resolves when it has ended, however it ended. */
  readonly end: Promise<PluginResult>;
}

/** The events among lines of output. */
export function eventsIn(lines: readonly string[]): PluginEvent[] {
  return lines.filter((line) => line.startsWith('{')).map((line) => eventSchema.parse(JSON.parse(line)));
}

/** The waves that were begun, with those that only replaced broken pods as number 0. */
export function wavesIn(events: readonly PluginEvent[]): ToldWave[] {
  return events.flatMap(({ type, wave, zone, pods }) =>
    type === 'wave-begun' && wave !== undefined && zone !== undefined && Array.isArray(pods)
      ? [{ wave, zone, pods }]
      : [],
  );
}

/**
 * Resolves with the first event that matches, which may have been told already.
 *
 * @throws Error with all that was said when the run ends without it
 */
export function untilEvent(
  run: PluginRun,
  matches: (event: PluginEvent, index: number) => boolean,
): Promise<PluginEvent> {
  return run.stdout
    .until(({ lines }) => eventsIn(lines).find(matches))
    .catch((cause: unknown) => {
      throw new Error(`no such event; stderr: ${run.stderr.text}`, { cause });
    });
}
