import type { StepTools } from '../../../../plugin/rollout/deployment/step.ts';
import type { DeploymentObjects } from '../../../../plugin/rollout/deployment/watch.ts';
import type { WorkloadWatches } from '../../../../plugin/rollout/watches.ts';
import { ApiError, type Kube, type KubeRequest } from '../../../../shared/kube/kube.ts';
import { type Pod, readPod } from '../../../../shared/kube/objects.ts';
import { deletionCost } from '../../../../shared/rollout/deletion-cost.ts';
import {
  type ReplicaSet,
  readReplicaSet,
  readRolledDeployment,
} from '../../../../shared/rollout/deployment-objects.ts';
import { HELD_MIN_READY_SECONDS } from '../../../../shared/rollout/deployment-step.ts';
import { deploymentObject, setObject } from '../../../shared/rollout/deployment-world.ts';
import { manualClock } from '../../views/fixtures/clock.ts';

interface Spec {
  paused?: boolean | null;
  minReadySeconds?: number | null;
  progressDeadlineSeconds?: number;
  strategy?: { type: string; rollingUpdate: { maxSurge: number; maxUnavailable: number } };
}

/** Controllers that act at once on what is written, with one old ReplicaSet of four pods. */
export class FakeControllers {
  /** What was written, in order: `pause`, `release 1`, `cost a`. */
  readonly written: string[] = [];
  /** Chooses the pods that go: by their deletion costs unless told. */
  choose: (pods: readonly Pod[]) => readonly Pod[] = (pods) =>
    [...pods].sort((a, b) => deletionCost(a) - deletionCost(b));
  /** Called before each write; may throw. */
  before: (what: string) => void = () => {};
  readonly pods = new Map<string, Pod>();
  #spec: Spec = { minReadySeconds: 5 };
  #generation = 1;
  #fresh = 0;
  readonly #annotations = new Map<string, Record<string, string>>();
  #leaving = new Set<string>();

  constructor() {
    this.#show();
  }

  /** Tools for a step that watch and write here. */
  get tools(): StepTools {
    const kube: Partial<Kube> = { request: async (request) => this.#write(request) };
    const own = () => this.#objects();
    const watches: Partial<WorkloadWatches<DeploymentObjects>> = {
      get own() {
        return own();
      },
      pods: this.pods,
      async until(holds, signal) {
        signal.throwIfAborted();
        if (!holds()) throw new Error('nothing more happens by itself');
      },
    };
    return {
      kube: kube as Kube,
      clock: manualClock(0),
      watches: watches as WorkloadWatches<DeploymentObjects>,
      usualMinReadySeconds: () => 5,
      mayAct: () => true,
      onNotice: (message) => this.written.push(`notice: ${message}`),
      onBrake: () => {},
    };
  }

  get oldSet(): ReplicaSet {
    const [set] = this.#objects().replicaSets;
    if (!set) throw new Error('no ReplicaSet');
    return set;
  }

  #write({ path, body }: KubeRequest): unknown {
    const { metadata, spec } = body as {
      metadata: { resourceVersion?: string; annotations?: Record<string, string> };
      spec?: Spec;
    };
    if (spec === undefined) {
      const name = path.split('/').at(-1) ?? '';
      this.#tell(`cost ${name}`);
      this.#annotations.set(name, metadata.annotations ?? {});
      this.#show();
      return {};
    }
    const { paused } = spec;
    this.#tell(paused ? 'pause' : `release ${spec.strategy?.rollingUpdate.maxUnavailable}`);
    if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== String(this.#generation)) {
      throw new ApiError({ code: 409, reason: 'Conflict', message: 'the object has been modified' });
    }
    this.#spec = { ...this.#spec, ...spec };
    this.#generation += 1;
    if (!paused) this.#take((spec.strategy?.rollingUpdate.maxUnavailable ?? 0) - this.#fresh);
    this.#show();
    return this.#deploymentObject();
  }

  #tell(what: string): void {
    this.before(what);
    this.written.push(what);
  }

  #take(count: number): void {
    const live = [...this.pods.values()].filter(({ metadata }) => !this.#leaving.has(metadata.name));
    for (const { metadata } of this.choose(live).slice(0, count)) this.#leaving.add(metadata.name);
    this.#fresh += count;
  }

  #show(): void {
    for (const name of ['a', 'b', 'c', 'd']) {
      const owner = {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'web-v1',
        uid: 'set-v1',
        controller: true,
      };
      const metadata = {
        ...{ name, uid: `uid-${name}`, namespace: 'prod', ownerReferences: [owner] },
        annotations: this.#annotations.get(name) ?? {},
        ...(this.#leaving.has(name) && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      };
      this.pods.set(name, readPod({ metadata, spec: {}, status: {} }));
    }
  }

  #deploymentObject(): object {
    const { metadata, spec } = deploymentObject(4, this.#spec) as { metadata: object; spec: object };
    const generation = this.#generation;
    return {
      metadata: { ...metadata, generation, resourceVersion: String(generation) },
      spec: Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== null)),
      status: { observedGeneration: generation, availableReplicas: 4 - this.#fresh },
    };
  }

  #objects(): DeploymentObjects {
    const set = (image: string, replicas: number, minReadySeconds: number, availableReplicas: number) =>
      readReplicaSet(
        setObject(
          image,
          { replicas, minReadySeconds },
          { observedGeneration: 1, replicas, availableReplicas },
        ),
      );
    const old = 4 - this.#fresh;
    return {
      deployment: readRolledDeployment(this.#deploymentObject()),
      replicaSets: [
        set('v1', old, 5, old),
        ...(this.#fresh > 0 ? [set('v2', this.#fresh, HELD_MIN_READY_SECONDS, 0)] : []),
      ],
    };
  }
}
