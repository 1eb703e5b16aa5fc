import * as z from 'zod/mini';
import { parseJson } from '../parse-json.ts';
import type { RolloutMemory } from './types.ts';

/** Raised when a field changes its meaning; a memory of another format is not trusted. */
const FORMAT = 1;

const memorySchema = z.object({
  format: z.literal(FORMAT),
  revision: z.string(),
  waves: z.int().check(z.nonnegative()),
  recovered: z.int().check(z.nonnegative()),
  zone: z.optional(z.string()),
  /** Name, uid, and whether it was available. */
  inFlight: z.array(z.tuple([z.string(), z.string(), z.boolean()])),
  /** Zones of pods in flight that are not in `zone`. */
  elsewhere: z.record(z.string(), z.string()),
  /** Name, uid, how, and whether it was accepted. */
  killed: z.optional(z.array(z.tuple([z.string(), z.string(), z.string(), z.boolean()]))),
});

/** More of them hold a rollout no better, and the annotation has to fit. */
const MOST_KILLED = 50;

/**
 * The memory as text for the Lease's annotation. Zones are kept for the pods in flight only, since all others can be
 * seen on their nodes, and lists instead of names: a wave of 3,300 pods must fit, and annotations have 256 KiB together.
 */
export function encodeMemory(memory: RolloutMemory): string {
  const { revision, waves, recovered, zone } = memory;
  const elsewhere: Record<string, string> = {};
  for (const { name } of memory.inFlight) {
    const own = memory.lastZones[name];
    if (own !== undefined && own !== zone) elsewhere[name] = own;
  }
  const inFlight = memory.inFlight.map(({ name, uid, counted }) => [name, uid, counted]);
  const killed = memory.killed
    .slice(-MOST_KILLED)
    .map(({ name, uid, how, accepted }) => [name, uid, how, accepted]);
  return JSON.stringify({ format: FORMAT, revision, waves, recovered, zone, inFlight, elsewhere, killed });
}

/**
 * Reads what `encodeMemory` wrote. The soak time starts again: how long the zone has been whole is not stored, because
 * nobody watched it meanwhile.
 *
 * @returns undefined for text that is no memory; starting without one is always safe, only slower
 */
export function decodeMemory(text: string): RolloutMemory | undefined {
  const written = parseJson(memorySchema, text);
  if (!written) return undefined;
  const { revision, waves, recovered, zone, elsewhere } = written;
  const lastZones: Record<string, string> = {};
  const inFlight = written.inFlight.map(([name, uid, counted]) => {
    const own = elsewhere[name] ?? zone;
    if (own !== undefined) lastZones[name] = own;
    return { name, uid, counted };
  });
  const killed = (written.killed ?? []).map(([pod, uid, how, accepted]) => ({
    name: pod,
    uid,
    how,
    accepted,
  }));
  return { revision, waves, recovered, zone, zoneWholeSinceMs: undefined, inFlight, lastZones, killed };
}
