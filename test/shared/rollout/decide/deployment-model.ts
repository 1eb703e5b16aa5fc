import { rollingStep } from '../../../../plugin/sandbox/controllers/deployment-plan.ts';
import {
  DESIRED_REPLICAS,
  isScalingEvent,
  MAX_REPLICAS,
  proportionalScale,
} from '../../../../plugin/sandbox/controllers/deployment-scale.ts';
import type { ReplicaSet as SandboxSet } from '../../../../plugin/sandbox/controllers/replicaset.ts';
import { BRAKED, HELD_MIN_READY_SECONDS } from '../../../../shared/rollout/decide/deployment-brake.ts';
import {
  type ReplicaSet,
  type RolledDeployment,
  readRolledDeployment,
} from '../../../../shared/rollout/decide/deployment-objects.ts';
import { deploymentObject, ZONES } from './deployment-world.ts';

export interface ModelPod {
  id: number;
  /** Of its ReplicaSet. */
  template: number;
  zone: string;
  ready: boolean;
  terminating: boolean;
  cost: number;
  version: number;
}

export interface ModelSet {
  template: number;
  replicas: number;
  minReadySeconds: number;
  scaledFor: number;
  generation: number;
  observed: number;
  version: number;
}

export interface ModelFields {
  paused: boolean;
  maxUnavailable: number;
  maxSurge: number;
  minReadySeconds: number;
  template: number;
  replicas: number;
}

/** What can be read of the world at one moment. */
export interface ModelView {
  deployment: RolledDeployment;
  replicaSets: readonly ReplicaSet[];
  pods: readonly ModelPod[];
}

const BASE = readRolledDeployment(deploymentObject(1));
const BASE_BRAKE = { maxUnavailable: 1, maxSurge: 0, minReadySeconds: HELD_MIN_READY_SECONDS };

/** A Deployment with the rules of its controllers, for random schedules: each call is something that happens at once. */
export class DeploymentModel {
  fields: ModelFields;
  sets: ModelSet[] = [];
  pods: ModelPod[] = [];
  generation = 1;
  /** Of the Deployment's object: a write that changes nothing is none. */
  version = 1;
  /** Controllers do not act. */
  areControllersAway = false;
  /** Told of each serving pod that a ReplicaSet has begun to remove. */
  onTaken: (pod: ModelPod) => void = () => {};
  #observed = 1;
  #available: number;
  #made = 0;

  /** All pods are old ones, and every brake is on. */
  constructor(replicas: number) {
    this.fields = { paused: true, ...BASE_BRAKE, template: 1, replicas };
    this.sets.push({ ...this.#newSet(0), replicas, minReadySeconds: 0 });
    for (let index = 0; index < replicas; index += 1) {
      this.pods.push({ ...this.#newPod(0, ZONES[index % ZONES.length] ?? ''), ready: true });
    }
    this.#available = replicas;
  }

  get isWhole(): boolean {
    const { pods, fields } = this;
    return pods.every((pod) => pod.ready && !pod.terminating) && pods.length >= fields.replicas;
  }

  /** Whether the controllers have done everything that was asked of them. */
  get isSettled(): boolean {
    const { sets, fields } = this;
    const isObserved = (set: ModelSet) =>
      set.observed === set.generation && this.#liveOf(set).length === set.replicas;
    const there = sets.reduce((sum, { replicas }) => sum + replicas, 0);
    return fields.paused && there === fields.replicas && sets.every(isObserved);
  }

  get isBraked(): boolean {
    const { paused, maxUnavailable, maxSurge, minReadySeconds } = this.fields;
    return paused && maxUnavailable === 1 && maxSurge === 0 && minReadySeconds === HELD_MIN_READY_SECONDS;
  }

  /** Somebody writes the Deployment. */
  write(change: Partial<ModelFields>): void {
    const fields = { ...this.fields, ...change };
    if ((Object.keys(fields) as (keyof ModelFields)[]).every((key) => fields[key] === this.fields[key]))
      return;
    this.fields = fields;
    this.generation += 1;
    this.version += 1;
  }

  /** Makes writes impossible that are bound to what these objects are now. */
  touch(objects: Iterable<{ version: number }>): void {
    for (const object of objects) object.version += 1;
  }

  setOf(template: number): ModelSet | undefined {
    return this.sets.find((set) => set.template === template);
  }

  /** Somebody makes the ReplicaSet of a template, if there is none. */
  createSet(template: number): void {
    if (!this.setOf(template)) this.sets.push(this.#newSet(template));
  }

  /** Somebody writes a ReplicaSet. */
  writeSet(
    set: ModelSet,
    change: Partial<Pick<ModelSet, 'replicas' | 'minReadySeconds' | 'scaledFor'>>,
  ): void {
    Object.assign(set, change);
    set.generation += 1;
    set.version += 1;
  }

  /** The Deployment's controller acts on what there is. */
  reconcile(): void {
    if (this.areControllersAway) return;
    const { paused, template, replicas, maxSurge, maxUnavailable, minReadySeconds } = this.fields;
    const shown = new Map(this.sets.map((set) => [set, this.#shown(set)]));
    const isScaled = paused || isScalingEvent(replicas, [...shown.values()]);
    if (!isScaled && !this.setOf(template)) this.createSet(template);
    const updated = this.setOf(template);
    if (updated && updated.minReadySeconds !== minReadySeconds) this.writeSet(updated, { minReadySeconds });
    const sizes = new Map(this.sets.map((set) => [this.#shown(set), set]));
    const newSet = [...sizes].find(([, set]) => set === updated)?.[0];
    const old = [...sizes.keys()].filter((each) => each !== newSet);
    if (isScaled) {
      const counted = this.pods.filter((pod) => !pod.terminating).length;
      const planned = proportionalScale({ replicas, maxSurge, counted, isRolling: true }, newSet, old);
      for (const [each, size] of planned) this.#scale(sizes.get(each), size);
    } else if (newSet) {
      const plan = rollingStep(replicas, { maxSurge, maxUnavailable }, newSet, old);
      this.#scale(updated, plan.newReplicas);
      for (const [each, size] of plan.old) this.#scale(sizes.get(each), size);
    }
    this.#observed = this.generation;
    this.#available = this.sets.reduce((sum, set) => sum + this.#availableOf(set), 0);
  }

  /** The controller of ReplicaSets acts on one of them. */
  reconcileSet(set: ModelSet, zone: string): void {
    if (this.areControllersAway) return;
    set.observed = set.generation;
    const live = this.#liveOf(set).sort((a, b) => Number(a.ready) - Number(b.ready) || a.cost - b.cost);
    for (let missing = set.replicas - live.length; missing > 0; missing -= 1) {
      this.pods.push(this.#newPod(set.template, zone));
    }
    for (const pod of live.slice(0, Math.max(0, live.length - set.replicas))) this.remove(pod, true);
  }

  /** A pod is deleted; one that nothing serves is gone at once. */
  remove(pod: ModelPod, isTaken = false): void {
    if (!pod.ready) this.pods = this.pods.filter((each) => each !== pod);
    if (pod.ready && isTaken) this.onTaken(pod);
    pod.terminating = true;
    pod.version += 1;
    this.#touch(pod.template);
  }

  /** A pod comes to its next state by itself. */
  progress(pod: ModelPod): void {
    if (pod.terminating) this.pods = this.pods.filter((each) => each !== pod);
    pod.ready = true;
    pod.version += 1;
    this.#touch(pod.template);
  }

  view(): ModelView {
    const { paused, maxUnavailable, maxSurge, minReadySeconds, template, replicas } = this.fields;
    const strategy = { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge, maxUnavailable } };
    return {
      deployment: {
        ...BASE,
        metadata: { ...BASE.metadata, generation: this.generation, resourceVersion: `${this.version}` },
        spec: { ...BASE.spec, paused, minReadySeconds, replicas, strategy },
        status: { ...BASE.status, observedGeneration: this.#observed, availableReplicas: this.#available },
        progressDeadlineSeconds: BRAKED.progressDeadlineSeconds,
        revision: `v${template}`,
      },
      replicaSets: this.sets.map((set, index) => this.#read(set, index)),
      pods: this.pods.map((pod) => ({ ...pod })),
    };
  }

  #read(set: ModelSet, index: number): ReplicaSet {
    const name = `v${set.template}`;
    return {
      metadata: {
        ...BASE.metadata,
        ...{ name, uid: name, generation: set.generation, resourceVersion: `${set.version}` },
        annotations: { [MAX_REPLICAS]: `${set.scaledFor}` },
        creationTimestampMs: index,
      },
      replicas: set.replicas,
      minReadySeconds: set.minReadySeconds,
      revision: name,
      status: {
        observedGeneration: set.observed,
        replicas: this.#liveOf(set).length,
        availableReplicas: this.#availableOf(set),
      },
    };
  }

  #shown(set: ModelSet): SandboxSet {
    const tells = `${set.scaledFor}`;
    return {
      metadata: {
        name: `v${set.template}`,
        creationTimestamp: new Date(1_000 * (1 + this.sets.indexOf(set))).toISOString(),
        annotations: { [DESIRED_REPLICAS]: tells, [MAX_REPLICAS]: tells },
      },
      spec: { replicas: set.replicas },
      status: { availableReplicas: this.#availableOf(set) },
    } as unknown as SandboxSet;
  }

  #scale(set: ModelSet | undefined, replicas: number): void {
    const scaledFor = this.fields.replicas;
    if (set && (set.replicas !== replicas || set.scaledFor !== scaledFor))
      this.writeSet(set, { replicas, scaledFor });
  }

  #liveOf({ template }: ModelSet): ModelPod[] {
    return this.pods.filter((pod) => pod.template === template && !pod.terminating);
  }

  #availableOf(set: ModelSet): number {
    if (set.minReadySeconds === HELD_MIN_READY_SECONDS) return 0;
    return this.#liveOf(set).filter((pod) => pod.ready).length;
  }

  /** The status of a ReplicaSet tells of its pods, so that its version changes with them. */
  #touch(template: number): void {
    const set = this.setOf(template);
    if (set) set.version += 1;
  }

  #newSet(template: number): ModelSet {
    const { replicas: scaledFor } = this.fields;
    const counters = { generation: 1, observed: 1, version: 1 };
    return { template, replicas: 0, minReadySeconds: HELD_MIN_READY_SECONDS, scaledFor, ...counters };
  }

  #newPod(template: number, zone: string): ModelPod {
    this.#made += 1;
    return { id: this.#made, template, zone, ready: false, terminating: false, cost: 0, version: 1 };
  }
}
