import type { HeldLease } from '../../shared/kube/held-lease.ts';
import type { AnnotationPatch } from '../../shared/kube/lease-record.ts';
import type { Lease } from '../../shared/kube/objects.ts';
import { ANNOTATION } from '../../shared/rollout/drive/annotations.ts';
import { decodeNote, encodeNote } from './decide/expected-pods.ts';

/** How many pods an owner should have whose kind tells no number. */
export interface PodCount {
  expected: number;
  /** Whether that many run. */
  complete: boolean;
}

export interface PodNotesOptions {
  heldLease(key: string): HeldLease | undefined;
  onWritten(): void;
  onFailed(key: string, error: unknown): void;
}

/**
 * The expected number of pods, noted in the owner's Lease as long as pods may be missing: a process that continues the
 * drain cannot count them. Keys are uids of owners.
 */
export class PodNotes {
  private readonly options: PodNotesOptions;
  /** As last seen. */
  private readonly counts = new Map<string, PodCount>();
  private readonly notes = new Map<string, { written: number | undefined; writing: number | undefined }>();

  constructor(options: PodNotesOptions) {
    this.options = options;
  }

  /** What to write when the Lease is acquired. */
  whenTaken(key: string, count: PodCount | undefined): AnnotationPatch {
    return { [ANNOTATION.expectedPods]: count ? encodeNote(key, count.expected) : null };
  }

  /** That was written. */
  taken(key: string, count: PodCount | undefined): void {
    this.notes.set(key, { written: count?.expected, writing: undefined });
  }

  isWritten(key: string, count: PodCount | undefined): boolean {
    return count === undefined || this.notes.get(key)?.written === count.expected;
  }

  /** Writes the number to a Lease that we hold, if it has increased. */
  look(key: string, count: PodCount | undefined): void {
    if (count) this.counts.set(key, count);
    else this.counts.delete(key);
    const known = this.notes.get(key);
    if (!count || !known || this.isWritten(key, count) || known.writing === count.expected) return;
    const { onWritten, onFailed, heldLease } = this.options;
    const note = { written: known.written, writing: count.expected };
    this.notes.set(key, note);
    heldLease(key)
      ?.writeAnnotations({ [ANNOTATION.expectedPods]: encodeNote(key, count.expected) })
      .then(
        () => {
          note.written = count.expected;
          onWritten();
        },
        (error: unknown) => {
          if (this.notes.get(key) === note) this.notes.set(key, { ...note, writing: undefined });
          onFailed(key, error);
        },
      );
  }

  /** How many pods run is not known any more. */
  keepAll(): void {
    for (const [key, count] of this.counts) this.counts.set(key, { ...count, complete: false });
  }

  /**
   * The Lease is about to be released: the note stays only if pods are missing. If this write fails, the next drain
   * expects as many pods as now.
   */
  async beforeRelease(key: string, held: HeldLease): Promise<void> {
    const isMissing = this.counts.get(key)?.complete === false;
    this.notes.delete(key);
    this.counts.delete(key);
    if (isMissing || held.lease.metadata.annotations[ANNOTATION.expectedPods] === undefined) return;
    await held.writeAnnotations({ [ANNOTATION.expectedPods]: null }).catch(() => {});
  }
}

/** What the Lease of an owner says. */
export function notedPods(lease: Lease | undefined, uid: string): number | undefined {
  return decodeNote(lease?.metadata.annotations[ANNOTATION.expectedPods], uid);
}
