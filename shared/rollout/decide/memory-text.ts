import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod/mini';
import { parseJson } from '../../parse-json.ts';
import type { RolloutMemory } from './types.ts';

/** Incremented when a field changes its meaning; a memory in another format is not trusted. */
const FORMAT = 1;
/** Every pod of the largest cluster; text that names more was not written by us. */
const MOST_PODS = 150_000;
const MOST_COUNTED = 1e9;

const Count = z.int().check(z.nonnegative(), z.lte(MOST_COUNTED));
/** An object's name: the API's limit. */
const Name = z.string().check(z.maxLength(253));
const Text = z.string().check(z.maxLength(1024));

const memorySchema = z.object({
  format: z.literal(FORMAT),
  revision: Name,
  waves: Count,
  recovered: Count,
  zone: z.optional(Name),
  /** Name, uid, and whether it was available. */
  inFlight: z.array(z.tuple([Name, Name, z.boolean()])).check(z.maxLength(MOST_PODS)),
  /** Zones of pods in flight that are not in `zone`. */
  elsewhere: z.record(Name, Name),
  /** Name, uid, how, and whether it was accepted. */
  killed: z.optional(z.array(z.tuple([Name, Name, Text, z.boolean()])).check(z.maxLength(MOST_PODS))),
});

/** More would not change the outcome, and the annotation must fit. */
const MOST_KILLED = 50;
/** Shorter text stays readable by people and earlier releases. */
const LONGEST_PLAIN_CHARACTERS = 32 * 1024;
/** Limit for decompression: what we write is far smaller. */
const MOST_UNFOLDED_BYTES = 32 * 1024 * 1024;

/** The longest text the Lease can hold: annotations of an object may total 256 KiB, and there are others. */
export const MOST_MEMORY_CHARACTERS = 224 * 1024;

/**
 * Encodes the memory for the Lease's annotation: JSON, and if that is long the same compressed, as base64.
 * Zones are stored only for pods in flight, because the others' can be read from their nodes, and entries are
 * tuples to save space.
 *
 * @returns text that may be longer than MOST_MEMORY_CHARACTERS: about 6,500 pods in flight fit
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
    .map(({ name, uid, how, accepted }) => [name, uid, how.slice(0, 1024), accepted]);
  const text = JSON.stringify({
    format: FORMAT,
    revision,
    waves,
    recovered,
    zone,
    inFlight,
    elsewhere,
    killed,
  });
  return text.length <= LONGEST_PLAIN_CHARACTERS ? text : deflateRawSync(text).toString('base64');
}

/**
 * Decodes what `encodeMemory` wrote. The soak time restarts: how long the zone was healthy is not stored,
 * because it was not observed in between.
 *
 * @returns undefined for text that is not a memory; starting without one is always safe, only slower
 */
export function decodeMemory(text: string): RolloutMemory | undefined {
  const written = parseJson(memorySchema, text.startsWith('{') ? text : unfold(text));
  if (!written) return undefined;
  const { revision, waves, recovered, zone } = written;
  const elsewhere = new Map(Object.entries(written.elsewhere));
  const lastZones: Record<string, string> = {};
  const inFlight = written.inFlight.map(([name, uid, counted]) => {
    const own = elsewhere.get(name) ?? zone;
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

/** @returns empty text for what we did not compress */
function unfold(text: string): string {
  try {
    const bytes = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: MOST_UNFOLDED_BYTES });
    return bytes.toString();
  } catch {
    return '';
  }
}
