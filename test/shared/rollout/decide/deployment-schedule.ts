import { type Faults, Holder, type Sent, type Step } from './deployment-holder.ts';
import { DeploymentModel, type ModelFields, type ModelPod } from './deployment-model.ts';
import { ZONES } from './deployment-world.ts';

/** Why a rollout does not begin; see `agreeToHold`. */
export const MORE_PODS = 'there are more pods than replicas';

/** What the holder of the Lease has seen of it, and decided to wait for. */
export const LATE_STEP = 'a step of a former holder was carried out while a pod of another zone was down';

const LIFTS: readonly Partial<ModelFields>[] = [
  { paused: false },
  { maxUnavailable: 4 },
  { maxSurge: 2 },
  { minReadySeconds: 0 },
];

/**
 * Rollouts of a Deployment, one after the other, under a schedule of numbers: what happens next, each of it at any
 * moment. A process is killed or frozen, and another takes the Lease over; what the former has sent arrives late.
 */
export class DeploymentSchedule {
  readonly world: DeploymentModel;
  steps = 0;
  /** Requests of former holders that arrived after the Lease was taken over. */
  arrivedLate = 0;
  readonly #most: number;
  readonly #faults: Faults;
  readonly #found: string[] = [];
  #holder: Holder;
  #frozen: Holder[] = [];
  /** What the API server still works on, of processes that are not there any more. */
  #late: Sent[] = [];
  /** Serving pods that what others did may still take. */
  #allowed = 0;
  /** Pods that steps were sent for, and zones of those that went since all was available. */
  readonly #ours = new Set<number>();
  readonly #open = new Set<string>();

  constructor(replicas: number, most: number, faults: Faults = {}) {
    this.#most = most;
    this.#faults = faults;
    this.world = new DeploymentModel(replicas);
    this.world.onTaken = (pod) => this.#witness(pod);
    this.#holder = this.#newHolder(0);
  }

  get violations(): readonly string[] {
    return [...this.#found, ...this.#holder.violations];
  }

  get stopped(): string | undefined {
    return this.#holder.stopped;
  }

  get isDone(): boolean {
    const { pods, fields } = this.world;
    return (
      pods.length === fields.replicas && pods.every((pod) => pod.template === fields.template && pod.ready)
    );
  }

  /** One thing happens. */
  happen(kind: number, choice: number): void {
    const { world } = this;
    const pod = world.pods[choice % Math.max(1, world.pods.length)];
    const set = world.sets[choice % world.sets.length];
    if (kind < 20) this.#holder.look(choice);
    else if (kind < 45) this.#act(choice);
    else if (kind < 60) world.reconcile();
    else if (kind < 75 && set) world.reconcileSet(set, ZONES[choice % ZONES.length] ?? '');
    else if (kind < 92) this.#progress(choice);
    else if (kind < 94 && pod) this.#lose(pod);
    else if (kind < 96 && choice % 3 === 0) this.#die(choice);
    else if (kind < 100 && kind >= 96) this.#meddle(choice);
    else if (kind === 100 && choice % 2 === 0) this.#freeze(choice);
    else if (kind === 101) this.#proceed(choice);
    else if (kind === 102) world.areControllersAway = choice % 3 === 0;
    else if (kind < 107 && this.#late.length > 0) this.#arriveLate(choice);
    else this.#act(choice);
    this.#look();
  }

  /** Zones in which all is available again, and pods that a step has spared, because others went before it arrived. */
  #look(): void {
    const { world } = this;
    if (world.isWhole) this.#open.clear();
    if (!world.isSettled) return;
    for (const { id, terminating } of world.pods) if (!terminating) this.#ours.delete(id);
  }

  /** Trouble is over: everything happens, again and again. */
  settle(turns: number): void {
    const { world } = this;
    world.areControllersAway = false;
    this.#late = [];
    this.#frozen = [];
    for (let turn = 0; turn < turns && !this.isDone; turn += 1) {
      for (const kind of [20, 0, 20, 0, 45]) this.happen(kind, turn + 1);
      for (const set of [...world.sets]) world.reconcileSet(set, ZONES[turn % ZONES.length] ?? '');
      for (const pod of [...world.pods]) if (pod.terminating || !pod.ready) world.progress(pod);
      this.#look();
      if (this.stopped && turn % 5 === 0) this.#begin(turn);
    }
  }

  /** The same command once more, which refuses a Deployment with more pods than it is to have. */
  #begin(choice: number): void {
    const { sets, fields } = this.world;
    const there = sets.reduce((sum, set) => sum + set.replicas, 0);
    if (there > fields.replicas) {
      this.#holder.stopped = MORE_PODS;
      return;
    }
    this.world.write({ maxSurge: 0 });
    this.#takeOver(choice);
  }

  /** A pod comes to its next state by itself. */
  #progress(choice: number): void {
    const { world } = this;
    const busy = world.pods.filter(({ ready, terminating }) => terminating || !ready);
    const pod = busy[choice % Math.max(1, busy.length)];
    if (pod) world.progress(pod);
  }

  #takeOver(choice: number): void {
    this.#found.push(...this.#holder.violations);
    this.#holder = this.#newHolder(choice);
  }

  /** The command may name another zone to begin with. */
  #newHolder(choice: number): Holder {
    const first = ZONES[choice % ZONES.length] ?? '';
    return new Holder(this.world, { most: this.#most, first }, this.#faults);
  }

  #act(choice: number): void {
    const { sent, step } = this.#holder;
    if (this.stopped && choice % 8 === 0) this.#begin(choice);
    else if (sent?.kind !== 'step' || !step) this.#holder.act(choice);
    else if (!this.#arrive(sent)) this.#holder.step = undefined;
    // Its answer got lost, and we with it.
    else if (choice % 10 === 0) this.#takeOver(choice);
    else step.answered = true;
  }

  /** The API server comes to a request. Returns whether it was possible. */
  #arrive(sent: Sent): boolean {
    if (!this.#holder.isPossible(sent)) return false;
    if (sent.kind === 'step') this.#expect(sent.step);
    this.#holder.carryOut(sent);
    return true;
  }

  #expect({ pods }: Step): void {
    const { world } = this;
    this.steps += 1;
    // One that went by itself, or by somebody's scaling down, before the request arrived: another goes in its place. No
    // write to a ReplicaSet can be bound to the pods of another.
    const isThere = (id: number) => world.pods.some((pod) => pod.id === id && !pod.terminating);
    this.#allowed += pods.filter(({ id }) => !isThere(id)).length;
    for (const { id } of pods) this.#ours.add(id);
  }

  /**
   * A pod goes by itself. One that a step was sent for, or another, may have a Ready successor before the ReplicaSet is
   * smaller, which then removes one pod that was not chosen: no request names pods to it, so nothing can be done.
   */
  #lose(pod: ModelPod): void {
    const isGoing = this.world.pods.some(({ id, terminating }) => this.#ours.has(id) && !terminating);
    if (isGoing || this.#holder.step?.sent) this.#allowed += 1;
    this.world.remove(pod);
  }

  /** Killed at any instant; what it has sent is still on its way. */
  #die(choice: number): void {
    if (this.stopped) return;
    const { sent } = this.#holder;
    const onItsWay = sent ?? (choice % 2 === 0 ? this.#holder.costs() : undefined);
    if (onItsWay) this.#late.push(onItsWay);
    this.#takeOver(choice);
  }

  /** Stopped at any instant, also right before its request goes out, and another takes the Lease over. */
  #freeze(choice: number): void {
    if (this.stopped) return;
    const holder = this.#holder;
    const costs = holder.costs();
    if (costs) this.#late.push(costs);
    else if (!holder.sent) holder.act(choice);
    if (holder.sent) this.#late.push(holder.sent);
    this.#frozen.push(holder);
    this.#takeOver(choice);
  }

  /** One that was stopped continues: it has lost the Lease, and ends. */
  #proceed(choice: number): void {
    const holder = this.#frozen[choice % Math.max(1, this.#frozen.length)];
    if (!holder) return;
    this.#frozen = this.#frozen.filter((each) => each !== holder);
    if (!this.#faults.continuesBlindly) return;
    for (let times = choice % 5; times >= 0; times -= 1) {
      if (holder.sent) this.#arrive(holder.sent);
      if (holder.step?.sent) holder.step.answered = true;
      holder.look(2);
      holder.act(1);
    }
  }

  #arriveLate(choice: number): void {
    const sent = this.#late[choice % Math.max(1, this.#late.length)];
    if (!sent) return;
    this.#late = this.#late.filter((each) => each !== sent);
    this.arrivedLate += 1;
    if (!this.#arrive(sent) || sent.kind !== 'step') return;
    const [first] = sent.step.pods;
    const isDown = ({ ready, terminating, zone }: ModelPod) =>
      (!ready || terminating) && zone !== first?.zone;
    if (this.world.pods.some(isDown)) this.#found.push(LATE_STEP);
  }

  #meddle(choice: number): void {
    const { world } = this;
    // Any single one: who lifts two brakes at once leaves nothing to hold the controller with.
    const { maxUnavailableWhilePaused: most = 1 } = this.#faults;
    if (!world.isBraked && !this.#faults.noMinReady && most === 1) return;
    if (this.#holder.step?.sent?.way.kind === 'release') return;
    const what = choice % 6;
    const lift = LIFTS[what];
    if (lift) {
      this.#allowed += 1;
      world.write(lift);
    } else if (what === 4) world.write({ template: choice % 3 });
    else {
      const replicas = 3 + (choice % 7);
      this.#allowed += Math.max(0, world.fields.replicas - replicas);
      world.write({ replicas });
    }
  }

  #witness(pod: ModelPod): void {
    if (!this.#ours.has(pod.id)) {
      this.#allowed -= 1;
      if (this.#allowed < 0) this.#found.push('more than one pod went after what somebody else did');
      return;
    }
    this.#open.add(pod.zone);
    if (this.#open.size > 1) this.#found.push('two zones are down by us');
  }
}
