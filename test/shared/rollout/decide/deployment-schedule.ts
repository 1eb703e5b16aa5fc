import { BRAKED, brakeChanges, isBraked } from '../../../../shared/rollout/decide/deployment-brake.ts';
import {
  isReleaseTaken,
  isSettled,
  isTaken,
  type Sets,
  type StepWay,
  sortSets,
  steer,
  wayOfStep,
} from '../../../../shared/rollout/decide/deployment-step.ts';
import { DeploymentModel, type ModelFields, type ModelPod, type ModelView } from './deployment-model.ts';
import { ZONES } from './deployment-world.ts';

/** Ways in which the protocol was wrong once, or could be: each must be found. */
export interface Faults {
  /** Nothing is looked at again between the decision and the write, which is bound to nothing. */
  looksOnce?: boolean;
  /** A Deployment that waits keeps a maxUnavailable of all its pods. */
  maxUnavailableWhilePaused?: number;
  /** New pods count as available as soon as they are Ready. */
  noMinReady?: boolean;
}

interface Step {
  pods: readonly ModelPod[];
  target: string;
  /** Until it is sent. */
  sent?: { way: StepWay; version: string; generation: number; scene: ModelView };
  answered?: boolean;
}

/** Why a rollout does not begin; see `agreeToHold`. */
export const MORE_PODS = 'there are more pods than replicas';

const LIFTS: readonly Partial<ModelFields>[] = [
  { paused: false },
  { maxUnavailable: 4 },
  { maxSurge: 2 },
  { minReadySeconds: 0 },
];

/** One rollout of a Deployment, under a schedule of numbers: what happens next, each of it at any moment. */
export class DeploymentSchedule {
  readonly world: DeploymentModel;
  readonly violations: string[] = [];
  steps = 0;
  stopped: string | undefined;
  readonly #most: number;
  readonly #faults: Faults;
  #view: ModelView;
  #step: Step | undefined;
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
    this.#brake();
    this.#view = this.world.view();
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
    if (kind < 20) this.#look(choice);
    else if (kind < 45) this.#act(choice);
    else if (kind < 60) world.reconcile();
    else if (kind < 75 && set) world.reconcileSet(set, ZONES[choice % ZONES.length] ?? '');
    else if (kind < 92 && pod) world.progress(pod);
    else if (kind < 94 && pod) this.#lose(pod);
    else if (kind < 96) this.#die();
    else if (kind < 100) this.#meddle(choice);
    if (world.isWhole) this.#open.clear();
  }

  /** Trouble is over: everything happens, again and again. */
  settle(turns: number): void {
    for (let turn = 0; turn < turns && !this.isDone; turn += 1) {
      for (const kind of [20, 0, 20, 0, 45]) this.happen(kind, turn + 1);
      for (const set of [...this.world.sets]) this.world.reconcileSet(set, ZONES[turn % ZONES.length] ?? '');
      for (const pod of [...this.world.pods]) if (pod.terminating || !pod.ready) this.world.progress(pod);
      if (this.world.isWhole) this.#open.clear();
      if (this.stopped && turn % 5 === 0) this.#begin();
    }
  }

  /** The same command once more, which refuses a Deployment with more pods than it is to have. */
  #begin(): void {
    const { sets, fields } = this.world;
    const there = sets.reduce((sum, set) => sum + set.replicas, 0);
    this.stopped = there > fields.replicas ? MORE_PODS : undefined;
    if (this.stopped) return;
    this.world.write({ maxSurge: 0 });
    this.#brake();
  }

  /**
   * A pod goes by itself. One that a step was sent for, or another, may have a Ready successor before the ReplicaSet is
   * smaller, which then removes one pod that was not chosen: no request names pods to it, so nothing can be done.
   */
  #lose(pod: ModelPod): void {
    const isGoing = this.world.pods.some(({ id, terminating }) => this.#ours.has(id) && !terminating);
    if (isGoing || this.#step?.sent) this.#allowed += 1;
    this.world.remove(pod);
  }

  #die(): void {
    this.#step = undefined;
    this.#brake();
    this.#view = this.world.view();
  }

  /** Of the two caches one follows, or both. */
  #look(choice: number): void {
    const now = this.world.view();
    if (choice % 3 === 0) this.#view = { ...this.#view, pods: now.pods };
    else if (choice % 3 === 1) this.#view = { ...now, pods: this.#view.pods };
    else this.#view = now;
  }

  #meddle(choice: number): void {
    const { world } = this;
    // Any single one: who lifts two brakes at once leaves nothing to hold the controller with.
    const { maxUnavailableWhilePaused: most = 1 } = this.#faults;
    if (!world.isBraked && !this.#faults.noMinReady && most === 1) return;
    if (this.#step?.sent?.way.kind === 'release') return;
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

  #brake(): void {
    const { maxUnavailableWhilePaused: maxUnavailable = 1, noMinReady } = this.#faults;
    const { minReadySeconds } = BRAKED;
    this.world.write({ paused: true, maxUnavailable, minReadySeconds: noMinReady ? 0 : minReadySeconds });
  }

  /** Our process does the next thing that it can do, on what it sees. */
  #act(choice: number): void {
    if (this.stopped) return;
    const step = this.#step;
    if (step?.sent) {
      if (step.answered) this.#await(step, step.sent);
      else this.#deliver(step, step.sent, choice);
      return;
    }
    const { deployment, pods } = this.#view;
    if (this.#isLifted()) return;
    const sets = this.#sets();
    if (deployment.metadata.generation < this.world.generation && choice % 2 === 0) return;
    if (!this.#isSettled(sets)) {
      this.#step = undefined;
      return;
    }
    if (!sets.updated) {
      this.world.createSet(Number(deployment.revision.slice(1)));
      return;
    }
    if (!step) {
      const chosen = this.#chosen();
      if (chosen.length > 0) this.#step = { pods: chosen, target: `v${chosen[0]?.template}` };
      return;
    }
    const isStillRight = () => step.pods.every(({ id }) => this.#chosen().some((pod) => pod.id === id));
    if (!this.#faults.looksOnce && !isStillRight()) {
      this.#step = undefined;
      return;
    }
    const target = sets.old.find(({ metadata }) => metadata.uid === step.target);
    const way =
      target && target.replicas >= step.pods.length && wayOfStep(deployment, sets, target, step.pods.length);
    if (!target || !way || way.pods !== step.pods.length) {
      this.#step = target && way ? { ...step, pods: step.pods.slice(0, way.pods) } : undefined;
      return;
    }
    if (way.kind === 'release') {
      const change = steer(sets, target, 0);
      const set = change && this.world.setOf(Number(change.set.metadata.uid.slice(1)));
      if (set) {
        this.world.writeSet(set, { minReadySeconds: change.minReadySeconds });
        return;
      }
    }
    const isFirst = pods
      .filter((pod) => step.pods.some(({ id }) => id === pod.id))
      .every(({ cost }) => cost < 0);
    if (!isFirst) {
      for (const pod of this.world.pods) pod.cost = step.pods.some(({ id }) => id === pod.id) ? -1 : 0;
      return;
    }
    const others = pods.filter((pod) => !pod.ready || pod.terminating);
    const [first] = step.pods;
    if (others.some((pod) => pod.zone !== first?.zone)) {
      this.violations.push('a step was sent while a pod of another zone was seen to be down');
    }
    const version = way.kind === 'scale' ? way.set.metadata.resourceVersion : '';
    this.#step = {
      ...step,
      sent: { way, version, generation: deployment.metadata.generation, scene: this.#view },
    };
  }

  /** The request arrives, some time after it was sent; what it is bound to may have changed. */
  #deliver(step: Step, { way, version, generation }: NonNullable<Step['sent']>, choice: number): void {
    const { world } = this;
    const set = way.kind === 'scale' ? world.setOf(Number(way.set.metadata.uid.slice(1))) : undefined;
    const isUnchanged =
      way.kind === 'scale' ? set && `${set.version}` === version : world.generation === generation;
    if (!isUnchanged && !this.#faults.looksOnce) {
      this.#step = undefined;
      return;
    }
    this.steps += 1;
    // One that went by itself, or by somebody's scaling down, before the request arrived: another goes in its place. No
    // write to a ReplicaSet can be bound to the pods of another.
    const isThere = (id: number) => world.pods.some((pod) => pod.id === id && !pod.terminating);
    this.#allowed += step.pods.filter(({ id }) => !isThere(id)).length;
    for (const { id } of step.pods) this.#ours.add(id);
    if (way.kind === 'release') world.write({ paused: false, maxUnavailable: way.maxUnavailable });
    else if (set) world.writeSet(set, { replicas: way.replicas, scaledFor: world.fields.replicas });
    // Its answer got lost, and we with it.
    if (choice % 10 === 0) this.#die();
    else step.answered = true;
  }

  #await({ target, pods }: Step, { way, scene }: NonNullable<Step['sent']>): void {
    const { deployment } = this.#view;
    const sets = this.#sets();
    const before = scene.replicaSets.find(({ metadata }) => metadata.uid === target);
    const isOver =
      way.kind === 'release'
        ? isReleaseTaken(deployment, sets, way.maxUnavailable)
        : before && isTaken(deployment, sets, before, pods.length);
    const isOther = deployment.metadata.generation !== scene.deployment.metadata.generation;
    if (!isOver && !(isOther && way.kind === 'scale')) return;
    const now = this.#view.replicaSets.find(({ metadata }) => metadata.uid === target);
    const live = this.#view.pods.filter((pod) => `v${pod.template}` === target && !pod.terminating).length;
    if (now && (now.status.observedGeneration < now.metadata.generation || live > now.replicas)) return;
    if (way.kind === 'release') this.#brake();
    this.#step = undefined;
    this.#isLifted();
  }

  /** Puts the brake on again, and stops, where somebody else is seen to have lifted it. */
  #isLifted(): boolean {
    if (this.#faults.maxUnavailableWhilePaused || this.#faults.noMinReady) return false;
    const { deployment } = this.#view;
    if (isBraked(deployment)) return false;
    if (deployment.metadata.generation < this.world.generation && this.world.isBraked) return true;
    this.stopped = brakeChanges(deployment, BRAKED)
      .map(({ text }) => text)
      .join(', ');
    this.#brake();
    return true;
  }

  #sets(): Sets {
    return sortSets(this.#view.deployment, this.#view.replicaSets);
  }

  #isSettled(sets: Sets): boolean {
    return this.#faults.noMinReady || this.#faults.looksOnce || isSettled(this.#view.deployment, sets);
  }

  /** The pods of the next step: of one zone and one ReplicaSet, and none while any pod is away. */
  #chosen(): readonly ModelPod[] {
    const { deployment, pods } = this.#view;
    if (pods.length !== deployment.spec.replicas || pods.some((pod) => !pod.ready || pod.terminating))
      return [];
    const stale = pods.filter(({ template }) => `v${template}` !== deployment.revision);
    const [first] = stale.sort((a, b) => (a.zone < b.zone ? -1 : a.zone > b.zone ? 1 : b.id - a.id));
    return stale
      .filter(({ zone, template }) => zone === first?.zone && template === first.template)
      .slice(0, this.#most);
  }

  #witness(pod: ModelPod): void {
    if (!this.#ours.has(pod.id)) {
      this.#allowed -= 1;
      if (this.#allowed < 0) this.violations.push('more than one pod went after what somebody else did');
      return;
    }
    this.#open.add(pod.zone);
    if (this.#open.size > 1) this.violations.push('two zones are down by us');
  }
}
