import type { KubeObject } from './object.ts';

/** One change of one object; `version` is its new resourceVersion. */
export interface Change {
  version: number;
  resource: string;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
  previous: KubeObject | undefined;
}

/** The newest `capacity` changes in order, from which watches resume and older lists are rebuilt. */
export class History {
  private changes: Change[] = [];
  private forgotten: number;
  private readonly capacity: number;

  /** @param version resourceVersion that the store starts with: earlier ones cannot be requested */
  constructor(capacity: number, version: number) {
    this.capacity = capacity;
    this.forgotten = version;
  }

  add(change: Change): void {
    this.changes.push(change);
    if (this.changes.length >= this.capacity * 2) this.forget(this.changes.length - this.capacity);
  }

  /** Changes after `version`, oldest first, or `undefined` if some of them were dropped. */
  since(version: number): readonly Change[] | undefined {
    if (version < this.forgotten) return undefined;
    return this.changes.slice(this.firstAfter(version));
  }

  /** Drops all changes so far, like etcd's compaction. */
  expire(): void {
    this.forget(this.changes.length);
  }

  private forget(count: number): void {
    const last = this.changes[count - 1];
    if (!last) return;
    this.forgotten = last.version;
    this.changes = this.changes.slice(count);
  }

  private firstAfter(version: number): number {
    let low = 0;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.changes[middle]?.version ?? 0) > version) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
