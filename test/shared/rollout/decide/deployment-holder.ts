import { compareText } from '../../../../shared/kube/zones.ts';
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
import type { DeploymentModel, ModelPod, ModelView } from './deployment-model.ts';

/** Ways in which the protocol was wrong once, or could be: each must be found. */
export interface Faults {
  /** Nothing is looked at again between the decision and the write, which is bound to nothing. */
  looksOnce?: boolean;
  /** A Deployment that waits keeps a maxUnavailable of all its pods. */
  maxUnavailableWhilePaused?: number;
  /** New pods count as available as soon as they are Ready. */
  noMinReady?: boolean;
  /** Who takes the Lease over leaves requests of the holder before possible. */
  fencesNothing?: boolean;
  /** Deletion costs are written whatever has become of the pod. */
  bindsNoCosts?: boolean;
  /** A process that was frozen continues without a look at the Lease. */
  continuesBlindly?: boolean;
  /** A step that controllers do not carry out for long is given up, and another one is taken. */
  givesUp?: boolean;
}

/** A request on its way: the API server carries it out if what it is bound to is unchanged. */
export type Sent =
  | { kind: 'step'; step: Step; way: StepWay; version: string }
  | { kind: 'costs'; cost: number; pods: readonly ModelPod[] };

export interface Step {
  pods: readonly ModelPod[];
  target: string;
  /** Until it is sent. */
  sent?: { way: StepWay; version: string; scene: ModelView };
  answered?: boolean;
  /** Looks since then. */
  waited: number;
}

/** After so many looks a process that gives up does so. */
const PATIENCE = 12;

/** A process that holds the Lease of a Deployment: what it has in mind, and what it does next. */
export class Holder {
  view: ModelView;
  step: Step | undefined;
  /** Why it has ended. */
  stopped: string | undefined;
  /** What it sees wrong about its own steps. */
  readonly violations: string[] = [];
  readonly #world: DeploymentModel;
  readonly #most: number;
  readonly #faults: Faults;

  /** The zone with which it begins, as with --zone-order. */
  readonly #first: string;

  /** Takes the Lease over. */
  constructor(world: DeploymentModel, { most, first }: { most: number; first: string }, faults: Faults) {
    this.#world = world;
    this.#most = most;
    this.#first = first;
    this.#faults = faults;
    if (!faults.fencesNothing) world.touch([world, ...world.sets, ...world.pods]);
    this.brake();
    this.view = world.view();
  }

  brake(): void {
    const { maxUnavailableWhilePaused: maxUnavailable = 1, noMinReady } = this.#faults;
    const { minReadySeconds } = BRAKED;
    this.#world.write({ paused: true, maxUnavailable, minReadySeconds: noMinReady ? 0 : minReadySeconds });
  }

  /** Of the two caches one follows, or both. */
  look(choice: number): void {
    const now = this.#world.view();
    if (choice % 3 === 0) this.view = { ...this.view, pods: now.pods };
    else if (choice % 3 === 1) this.view = { ...now, pods: this.view.pods };
    else this.view = now;
    if (this.step) this.step.waited += 1;
  }

  /** Does the next thing that it can do, on what it sees; a step is sent and not carried out yet. */
  act(choice: number): void {
    const { step } = this;
    if (this.stopped) return;
    if (step?.sent) {
      if (step.answered) this.#await(step, step.sent);
      return;
    }
    if (this.isLifted()) return;
    const sets = this.#sets();
    const world = this.#world;
    const { deployment } = this.view;
    if (deployment.metadata.generation < world.generation && choice % 2 === 0) return;
    if (!this.#isSettled(sets)) {
      this.step = undefined;
      return;
    }
    if (!sets.updated) {
      world.createSet(Number(deployment.revision.slice(1)));
      return;
    }
    if (step) this.#takeOn(step, sets);
    else {
      const pods = this.#chosen();
      if (pods.length > 0) this.step = { pods, target: `v${pods[0]?.template}`, waited: 0 };
    }
  }

  /** Deletion costs that it is about to write. */
  costs(): Sent | undefined {
    const { step } = this;
    if (!step || step.sent || this.#areFirst(step)) return undefined;
    const cost = Math.min(...this.view.pods.map((pod) => pod.cost)) - 1;
    const chosen = new Set(step.pods.map(({ id }) => id));
    return { kind: 'costs', cost, pods: this.view.pods.filter(({ id }) => chosen.has(id)) };
  }

  /** The step that it has sent, as long as no answer has come. */
  get sent(): Sent | undefined {
    const { step } = this;
    return step?.sent && !step.answered ? { kind: 'step', step, ...step.sent } : undefined;
  }

  /** Whether a write is still possible; where the API server carries it out, all of it. */
  isPossible(sent: Sent): boolean {
    const world = this.#world;
    if (sent.kind === 'costs' || this.#faults.looksOnce) return true;
    const { way, version } = sent;
    if (way.kind === 'release') return `${world.version}` === version;
    return `${world.setOf(templateOf(way.set.metadata.uid))?.version}` === version;
  }

  /** The API server carries out a request. */
  carryOut(sent: Sent): void {
    const world = this.#world;
    if (sent.kind === 'costs') {
      for (const { id, version } of sent.pods) {
        const pod = world.pods.find((each) => each.id === id);
        if (!pod || (pod.version !== version && !this.#faults.bindsNoCosts)) continue;
        pod.cost = sent.cost;
        pod.version += 1;
      }
      return;
    }
    const { way } = sent;
    const set = way.kind === 'scale' ? world.setOf(templateOf(way.set.metadata.uid)) : undefined;
    if (way.kind === 'release') world.write({ paused: false, maxUnavailable: way.maxUnavailable });
    else if (set) world.writeSet(set, { replicas: way.replicas, scaledFor: world.fields.replicas });
  }

  /** Puts the brake on again, and stops, where somebody else is seen to have lifted it. */
  isLifted(): boolean {
    if (this.#faults.maxUnavailableWhilePaused || this.#faults.noMinReady) return false;
    const { deployment } = this.view;
    if (isBraked(deployment)) return false;
    if (deployment.metadata.generation < this.#world.generation && this.#world.isBraked) return true;
    this.stopped = brakeChanges(deployment, BRAKED)
      .map(({ text }) => text)
      .join(', ');
    this.brake();
    return true;
  }

  #takeOn(step: Step, sets: Sets): void {
    const world = this.#world;
    const { deployment, pods } = this.view;
    const isStillRight = () => step.pods.every(({ id }) => this.#chosen().some((pod) => pod.id === id));
    if (!this.#faults.looksOnce && !isStillRight()) {
      this.step = undefined;
      return;
    }
    const target = sets.old.find(({ metadata }) => metadata.uid === step.target);
    const way =
      target && target.replicas >= step.pods.length && wayOfStep(deployment, sets, target, step.pods.length);
    if (!target || !way || way.pods !== step.pods.length) {
      this.step = target && way ? { ...step, pods: step.pods.slice(0, way.pods) } : undefined;
      return;
    }
    if (way.kind === 'release') {
      const change = steer(sets, target, 0);
      const set = change && world.setOf(templateOf(change.set.metadata.uid));
      if (set) {
        world.writeSet(set, { minReadySeconds: change.minReadySeconds });
        return;
      }
    }
    const costs = this.costs();
    if (costs) {
      this.carryOut(costs);
      return;
    }
    const others = pods.filter((pod) => !pod.ready || pod.terminating);
    const [first] = step.pods;
    if (others.some((pod) => pod.zone !== first?.zone)) {
      this.violations.push('a step was sent while a pod of another zone was seen to be down');
    }
    const version = (way.kind === 'scale' ? way.set : deployment).metadata.resourceVersion;
    this.step = { ...step, sent: { way, version, scene: this.view }, waited: 0 };
  }

  #await({ target, pods, waited }: Step, { way, scene }: NonNullable<Step['sent']>): void {
    const { deployment } = this.view;
    const sets = this.#sets();
    const before = scene.replicaSets.find(({ metadata }) => metadata.uid === target);
    const isOver =
      way.kind === 'release'
        ? isReleaseTaken(deployment, sets, way.maxUnavailable)
        : before && isTaken(deployment, sets, before, pods.length);
    const isOther = deployment.metadata.generation !== scene.deployment.metadata.generation;
    const isGivenUp = this.#faults.givesUp && waited > PATIENCE;
    if (!isGivenUp) {
      if (!isOver && !(isOther && way.kind === 'scale')) return;
      const now = this.view.replicaSets.find(({ metadata }) => metadata.uid === target);
      const live = this.view.pods.filter((pod) => `v${pod.template}` === target && !pod.terminating).length;
      if (now && (now.status.observedGeneration < now.metadata.generation || live > now.replicas)) return;
    }
    if (way.kind === 'release') this.brake();
    this.step = undefined;
    this.isLifted();
  }

  /** Whether exactly these go first among those of their ReplicaSet, as far as costs decide. */
  #areFirst({ pods, target }: Step): boolean {
    const chosen = new Set(pods.map(({ id }) => id));
    const live = this.view.pods.filter((pod) => `v${pod.template}` === target && !pod.terminating);
    const costs = (isChosen: boolean) =>
      live.filter(({ id }) => chosen.has(id) === isChosen).map(({ cost }) => cost);
    return Math.max(...costs(true)) < Math.min(...costs(false));
  }

  #sets(): Sets {
    return sortSets(this.view.deployment, this.view.replicaSets);
  }

  #isSettled(sets: Sets): boolean {
    const { noMinReady, looksOnce, givesUp } = this.#faults;
    return noMinReady || looksOnce || givesUp || isSettled(this.view.deployment, sets);
  }

  /** The pods of the next step: of one zone and one ReplicaSet, and none while any pod is away. */
  #chosen(): readonly ModelPod[] {
    const { deployment, pods } = this.view;
    if (pods.length !== deployment.spec.replicas || pods.some((pod) => !pod.ready || pod.terminating))
      return [];
    const stale = pods.filter(({ template }) => `v${template}` !== deployment.revision);
    const rank = ({ zone }: ModelPod) => (zone === this.#first ? '' : zone);
    const [first] = stale.sort((a, b) => compareText(rank(a), rank(b)) || b.id - a.id);
    return stale
      .filter(({ zone, template }) => zone === first?.zone && template === first.template)
      .slice(0, this.#most);
  }
}

function templateOf(uid: string): number {
  return Number(uid.slice(1));
}
