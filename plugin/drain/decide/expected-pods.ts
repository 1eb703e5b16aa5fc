/**
 * How many pods an owner should have whose kind tells no number: as many as ran at the same time, as far as this drain
 * or, by the owner's Lease, an unfinished earlier one has seen.
 */
import { MOST_REPLICAS } from '../../../shared/kube/scale-limit.ts';

export interface PodCounts {
  /** The number expected so far by this process; undefined at first. */
  known: number | undefined;
  /** What an unfinished drain has noted in the owner's Lease; undefined without a note. */
  noted: number | undefined;
  running: number;
}

/** Never decreases: whether fewer pods are intended or some are missing cannot be distinguished. */
export function expectedPods({ known = 0, noted = 0, running }: PodCounts): number {
  return Math.max(known, noted, running);
}

const LONGEST_UID = 64;
const LONGEST_NOTE = LONGEST_UID + 10;

/** The note for an owner's Lease. The uid is included because such a Lease outlives the owner. */
export function encodeNote(uid: string, pods: number): string {
  return `${pods} ${uid.slice(0, LONGEST_UID)}`;
}

/**
 * The number in a note, which anybody may have written.
 *
 * @returns undefined if it is malformed, or for another owner
 */
export function decodeNote(note: string | undefined, uid: string): number | undefined {
  if (note === undefined || note.length > LONGEST_NOTE) return undefined;
  const match = /^([1-9]\d{0,4}) (\S+)$/.exec(note);
  const pods = Number(match?.[1]);
  return match?.[2] === uid.slice(0, LONGEST_UID) && pods <= MOST_REPLICAS ? pods : undefined;
}
