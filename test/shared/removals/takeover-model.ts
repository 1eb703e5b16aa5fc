import type { AnnotationPatch } from '../../../shared/kube/lease-record.ts';
import { type Lease, readLease } from '../../../shared/kube/objects.ts';
import { Settlement } from '../../../shared/removals/decide/former-requests.ts';
import { REQUEST_LIFE_MS } from '../../../shared/removals/decide/unanswered.ts';
import { emptyMemory } from '../../../shared/rollout/decide/memory.ts';
import { encodeMemory } from '../../../shared/rollout/decide/memory-text.ts';
import { ANNOTATION } from '../../../shared/rollout/drive/annotations.ts';
import {
  FORMER_REQUESTS_ENDED,
  type FormerRequests,
  formerRequests,
  noteFormerRequests,
} from '../../../shared/rollout/drive/former-requests.ts';

/**
 * Holders of one Lease, one after the other, each of which takes pods of one zone. What they ask for reaches the API
 * server late: it carries a request out at any time within its --request-timeout, whether its sender lives or not.
 */
export type Purpose = 'rollout' | 'drain';

export interface HolderPlan {
  purpose: Purpose;
  zone: number;
  /** Frozen or killed: keeps the Lease until others take it. Else it ends in good order. */
  dies: boolean;
  /** May not patch pods. */
  forbidden: boolean;
}

export interface Plan {
  holders: readonly HolderPlan[];
  /** Each number is a step: which one, and its choices. */
  steps: readonly number[];
}

/** How a holder treats what the one before it left; broken ones must be noticed. */
export interface Manner {
  former: typeof formerRequests;
  note: (former: FormerRequests | undefined) => AnnotationPatch;
  /** Whether it waits for the watch to show what its changes of pods were answered with. */
  waitsForWatch: boolean;
  /** Whether it waits for the watch to show the pods as they were when the Lease was acquired. */
  reaches: boolean;
}

export const RIGHT: Manner = {
  former: formerRequests,
  note: noteFormerRequests,
  waitsForWatch: true,
  reaches: true,
};

interface Pod {
  name: string;
  uid: string;
  zone: number;
  version: number;
  ready: boolean;
  terminating: boolean;
  /** An API server has begun to evict it. */
  marked: boolean;
}

interface Request {
  uid: string;
  version: number;
  sentMs: number;
  by: number;
}

/** The API server's --request-timeout. */
const REQUEST_TIMEOUT_MS = 60_000;
const LEASE_MS = { rollout: 15_000, drain: 30_000 };
const ZONES = 3;
const PODS_PER_ZONE = 2;

export class Takeovers {
  /** What went wrong first. */
  violation: string | undefined;
  readonly taken: { from: Purpose; to: Purpose }[] = [];
  private readonly plan: Plan;
  private readonly manner: Manner;
  private readonly pods = new Map<string, Pod>();
  private requests: Request[] = [];
  /** Changes of pods that were asked for and not carried out. */
  private changes: string[] = [];
  private answers: Pod[] = [];
  private view: readonly Pod[] = [];
  private history: (readonly Pod[])[] = [];
  private nowMs = 0;
  private serial = 100;
  private lease: Lease = leaseOf('', {});
  private current = -1;
  private settlement: Settlement | undefined;
  private settling = false;
  /** States that the watch has to show before anything is decided. */
  private unseen = 0;

  constructor(plan: Plan, manner: Manner) {
    this.plan = plan;
    this.manner = manner;
    for (let index = 0; index < ZONES * PODS_PER_ZONE; index += 1) this.create(`ing-${index}`, true);
    this.catchUpWithAll();
    this.take();
  }

  run(): void {
    for (const number of this.plan.steps) {
      this.step(number % 32, Math.floor(number / 32));
      if (this.violation !== undefined) return;
    }
  }

  private step(kind: number, choice: number): void {
    if (kind < 8) this.act();
    else if (kind < 13) this.carryOut(choice);
    else if (kind < 16) this.changePod(choice);
    else if (kind < 18) this.answer();
    else if (kind < 22) this.catchUp(choice);
    else if (kind < 25) this.recover(choice);
    else if (kind < 28) this.pass([10, 1_000, 20_000, REQUEST_LIFE_MS][choice % 4] ?? 0);
    else if (kind < 30) this.touch(choice);
    else this.hand();
  }

  private get holder(): HolderPlan | undefined {
    return this.plan.holders[this.current];
  }

  private identity(index: number): string {
    const mark = this.plan.holders[index]?.purpose === 'drain' ? `drain-${index}` : `${index}`;
    return `anna@laptop/${index}/${mark}`;
  }

  /** The next holder takes the Lease, and begins to look at the watch. */
  private take(): void {
    const { holder: before } = this;
    this.current += 1;
    const { holder } = this;
    if (!holder) return;
    if (before) this.taken.push({ from: before.purpose, to: holder.purpose });
    const identity = this.identity(this.current);
    const taker = { identity, purpose: holder.purpose, kind: 'statefulset' };
    const named = holder.purpose === 'rollout' ? namedIn(this.lease) : undefined;
    // A rollout deals by itself with what is named in its memory, here in the same way.
    const former = this.manner.former(this.lease, taker) ?? named;
    this.write(this.manner.note(former), identity);
    this.settlement = former && new Settlement(former, this.nowMs);
    this.settling = former !== undefined;
    this.changes = [];
    this.answers = [];
    this.unseen = this.manner.reaches ? this.history.length : 0;
  }

  private write(patch: AnnotationPatch, identity = this.lease.spec.holderIdentity): void {
    this.lease = leaseOf(identity, { ...this.lease.metadata.annotations, ...patch });
  }

  /** A turn of the holder: looks at what the watch shows, and asks for pods of its zone. */
  private act(): void {
    const { holder, settlement } = this;
    if (!holder || this.unseen > 0) return;
    if (this.settling && settlement) {
      const shown = this.manner.waitsForWatch ? this.view : [...this.pods.values()];
      const { change } = settlement.look(shown.map(removable), this.nowMs);
      this.changes.push(...change.map(({ uid }) => uid));
      if (!settlement.over) return;
      this.settling = false;
      this.write(FORMER_REQUESTS_ENDED);
    }
    const asked = new Set(this.requests.filter(({ by }) => by === this.current).map(({ uid }) => uid));
    const down = this.view.filter((pod) => !pod.ready || pod.terminating);
    if (this.view.length < this.pods.size || down.some(({ zone }) => zone !== holder.zone)) return;
    const chosen = this.view.filter(
      (pod) => pod.zone === holder.zone && pod.ready && !pod.terminating && !asked.has(pod.uid),
    );
    if (holder.purpose === 'rollout') {
      const inFlight = this.view
        .filter(({ zone }) => zone === holder.zone)
        .map(({ name, uid }) => ({ name, uid, counted: true }));
      this.write({ [ANNOTATION.memory]: encodeMemory({ ...emptyMemory('rev-2'), waves: 1, inFlight }) });
    }
    for (const { uid, version } of chosen) {
      this.requests.push({ uid, version, sentMs: this.nowMs, by: this.current });
    }
  }

  /** The API server comes to a request. */
  private carryOut(choice: number): void {
    const request = this.requests[choice % this.requests.length];
    if (!request) return;
    const pod = this.pods.get(request.uid);
    const isMet = pod?.version === request.version && !pod.terminating;
    if (pod && isMet && choice % 3 === 0) {
      // First the mark, in a write of its own.
      this.change(pod, { marked: true });
      request.version = pod.version;
      return;
    }
    this.requests = this.requests.filter((each) => each !== request);
    if (pod && isMet) this.change(pod, { terminating: true, ready: false });
    this.judge();
  }

  private judge(): void {
    const down = [...this.pods.values()].filter((pod) => !pod.ready || pod.terminating);
    const zones = new Set(down.map(({ zone }) => zone));
    if (zones.size > 1) this.violation = `down together: ${down.map(({ name }) => name).join(', ')}`;
  }

  private changePod(choice: number): void {
    const uid = this.changes.shift();
    const { settlement, holder } = this;
    if (uid === undefined || !settlement || !holder) return;
    const pod = this.pods.get(uid);
    if (holder.forbidden) settlement.forbidden();
    else if (choice % 8 === 0) settlement.failed(uid, this.nowMs);
    else if (!pod) settlement.gone(uid);
    else this.answers.push({ ...this.change(pod, {}) });
  }

  private answer(): void {
    const pod = this.answers.shift();
    if (pod) this.settlement?.changed(removable(pod), this.nowMs);
  }

  private catchUp(choice: number): void {
    for (let steps = 1 + (choice % 4); steps > 0 && this.history.length > 0; steps -= 1) {
      this.view = this.history.shift() ?? this.view;
      this.unseen -= 1;
    }
  }

  /** A pod that terminates is made again, one that is not ready becomes so; a mark of nobody is lifted. */
  private recover(choice: number): void {
    const down = [...this.pods.values()].filter((pod) => !pod.ready || pod.terminating || pod.marked);
    const pod = down[choice % down.length];
    if (!pod) return;
    if (pod.terminating) {
      this.pods.delete(pod.uid);
      this.create(pod.name, false);
    } else if (!pod.ready) this.change(pod, { ready: true });
    else if (!this.requests.some(({ uid }) => uid === pod.uid)) this.change(pod, { marked: false });
  }

  /** Somebody writes something else about a pod. */
  private touch(choice: number): void {
    const pods = [...this.pods.values()];
    const pod = pods[choice % pods.length];
    if (pod) this.change(pod, {});
  }

  private pass(byMs: number): void {
    this.nowMs += byMs;
    this.requests = this.requests.filter(({ sentMs }) => this.nowMs - sentMs <= REQUEST_TIMEOUT_MS);
    // A watch is never as far behind as a Lease lasts.
    if (byMs >= 20_000) this.catchUpWithAll();
  }

  /** The Lease goes to the next: given back where all is answered, else when it has run out. */
  private hand(): void {
    const { holder } = this;
    if (!holder || this.current + 1 >= this.plan.holders.length) return;
    const open = this.requests.some(({ by }) => by === this.current);
    // Where it has died, others wait for longer than it acts, and the last that it did is seen by then.
    if (holder.dies || (open && holder.purpose === 'drain')) {
      this.pass(LEASE_MS[holder.purpose] / 3 + 1);
    } else this.write({}, '');
    this.take();
  }

  private catchUpWithAll(): void {
    this.view = this.history.at(-1) ?? this.view;
    this.history = [];
    this.unseen = 0;
  }

  private create(name: string, ready: boolean): void {
    this.serial += 1;
    const uid = `uid-${this.serial}`;
    const zone = Number(name.split('-')[1]) % ZONES;
    this.pods.set(uid, { name, uid, zone, version: this.serial, ready, terminating: false, marked: false });
    this.record();
  }

  private change(pod: Pod, change: Partial<Pod>): Pod {
    this.serial += 1;
    Object.assign(pod, change, { version: this.serial });
    this.record();
    return pod;
  }

  private record(): void {
    this.history.push([...this.pods.values()].map((pod) => ({ ...pod })));
  }
}

function namedIn({ metadata: { annotations } }: Lease): FormerRequests | undefined {
  const memory = annotations[ANNOTATION.memory] ?? null;
  const taker = { identity: '', purpose: 'drain', kind: 'statefulset' } as const;
  return formerRequests(leaseOf('', { [ANNOTATION.memory]: memory }), taker);
}

function leaseOf(holderIdentity: string, annotations: AnnotationPatch): Lease {
  const set = Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== null));
  return readLease({
    metadata: { name: 'lease', namespace: 'prod', annotations: set },
    spec: { holderIdentity, leaseDurationSeconds: 15 },
  });
}

function removable({ uid, version, terminating, marked }: Pod) {
  return { uid, resourceVersion: String(version), terminating, marked };
}
