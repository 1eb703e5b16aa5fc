import * as z from 'zod/mini';
import type { RolloutMemory } from './types.ts';

/** Raised when a field changes its meaning; a memory of another format is not trusted. */
const FORMAT = 1;

const memorySchema = z.object({
  format: z.literal(FORMAT),
  revision: z.string(),
  waves: z.int().check(z.nonnegative()),
  recovered: z.int().check(z.nonnegative()),
  zone: z.optional(z.string()),
  inFlight: z.array(z.object({ name: z.string(), uid: z.string(), counted: z.boolean() })),
  zones: z.record(z.string(), z.string()),
});

/**
 * The memory as text for the Lease's annotation. Zones are kept for the pods in flight only: all others can be seen
 * on their nodes, and 10,000 of them would not fit (annotations have 256 KiB together).
 */
export function encodeMemory(memory: RolloutMemory): string {
  const zones: Record<string, string> = {};
  for (const { name } of memory.inFlight) {
    const zone = memory.lastZones[name];
    if (zone !== undefined) zones[name] = zone;
  }
  const { revision, waves, recovered, zone, inFlight } = memory;
  return JSON.stringify({ format: FORMAT, revision, waves, recovered, zone, inFlight, zones });
}

/**
 * Reads what `encodeMemory` wrote. The soak time starts again: how long the zone has been whole is not stored, because
 * nobody watched it meanwhile.
 *
 * @returns undefined for text that is no memory; starting without one is always safe, only slower
 */
export function decodeMemory(text: string): RolloutMemory | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = memorySchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { revision, waves, recovered, zone, inFlight, zones } = parsed.data;
  return { revision, waves, recovered, zone, zoneWholeSinceMs: undefined, inFlight, lastZones: zones };
}
