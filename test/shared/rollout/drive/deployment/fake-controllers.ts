import { isDeepStrictEqual } from 'node:util';
import { ApiError, type Kube, type KubeRequest } from '../../../../../shared/kube/kube.ts';
import { type Pod, readPod } from '../../../../../shared/kube/objects.ts';
import { deletionCost } from '../../../../../shared/rollout/decide/deletion-cost.ts';
import { BRAKED, HELD_MIN_READY_SECONDS } from '../../../../../shared/rollout/decide/deployment-brake.ts';
import {
  type ReplicaSet,
  readReplicaSet,
  readRolledDeployment,
} from '../../../../../shared/rollout/decide/deployment-objects.ts';
import type { StepTools } from '../../../../../shared/rollout/drive/deployment/carry-out.ts';
import { ORIGINALS_ANNOTATION } from '../../../../../shared/rollout/drive/deployment/originals.ts';
import { FENCE_ANNOTATION } from '../../../../../shared/rollout/drive/deployment/replica-sets.ts';
import type { DeploymentObjects } from '../../../../../shared/rollout/drive/deployment/watch.ts';
import type { WorkloadWatches } from '../../../../../shared/rollout/drive/watches.ts';
import { manualClock } from '../../../../plugin/views/fixtures/clock.ts';
import { deploymentObject, setObject } from '../../decide/deployment-world.ts';

interface Spec {
  paused?: boolean | null;
  minReadySeconds?: number | null;
  progressDeadlineSeconds?: number;
  strategy?: { type: string; rollingUpdate: { maxSurge: number; maxUnavailable: number } };
}

/** Controllers that act at once on what is written to a Deployment that is held, with one old ReplicaSet of four pods. */
export class FakeControllers {
  /** What was written, in order: `pause`, `create`, `scale v2 1`, `fence`, `cost a`. */
  readonly written: string[] = [];
  /** Chooses the pods that go: by their deletion costs unless told. */
  choose: (pods: readonly Pod[]) => readonly Pod[] = (pods) =>
    [...pods].sort((a, b) => deletionCost(a) - deletionCost(b));
  /** Called before each write; may throw. */
  before: (what: string) => void = () => {};
  readonly pods = new Map<string, Pod>();
  /** Pods that no node has taken, by name. */
  readonly unscheduled = new Set<string>();
  /** Whether the controllers undo what is written to a ReplicaSet. */
  undoes = false;
  /** Whether the Lease is held for certain. */
  isHeld = true;
  readonly unanswered = new Set<string>();
  readonly clock = manualClock(0);
  #spec: Spec;
  #generation = 1;
  #originals: string | undefined;
  #sets = 1;
  #fresh: number | undefined;
  readonly #annotations = new Map<string, Record<string, string>>();
  readonly #versions = new Map<string, number>();
  #leaving = new Set<string>();

  /**
   * @param spec of the Deployment; every brake is on by default
   * @param originals that an unfinished rollout has stored
   */
  constructor(spec: object = BRAKED, originals?: string) {
    this.#spec = spec as Spec;
    this.#originals = originals;
    this.#show();
  }

  /** Tools for a step that watch and write here. */
  get tools(): StepTools {
    const kube: Partial<Kube> = { request: async (request) => this.#write(request) };
    const own = () => this.#objects();
    const { pods } = this;
    const watches: Partial<WorkloadWatches<DeploymentObjects>> = {
      get own() {
        return own();
      },
      pods,
      get cluster() {
        return { pods: pods.values(), nodes: undefined };
      },
      reach: async () => {},
      async until(holds, signal) {
        signal.throwIfAborted();
        if (!holds()) throw new Error('nothing more happens by itself');
      },
    };
    return {
      kube: kube as Kube,
      clock: this.clock,
      watches: watches as WorkloadWatches<DeploymentObjects>,
      holdsLease: () => this.isHeld,
      unanswered: this.unanswered,
      usualMinReadySeconds: () => 5,
      isStillRight: () => true,
      reserve: async (pods) => pods,
      onNotice: (message) => this.written.push(`notice: ${message}`),
      onBrake: () => {},
    };
  }

  get oldSet(): ReplicaSet {
    const [set] = this.#objects().replicaSets;
    if (!set) throw new Error('no ReplicaSet');
    return set;
  }

  /** Somebody else changes the Deployment. */
  meddle(spec: Spec): void {
    this.#spec = { ...this.#spec, ...spec };
    this.#generation += 1;
  }

  #write({ method, path, query, body }: KubeRequest): unknown {
    if (path.endsWith('/eviction')) return this.#tell(`try ${path.split('/').at(-2)}`);
    const kind = path.split('/').find((part) => ['pods', 'replicasets', 'deployments'].includes(part));
    const name = path.split('/').at(-1) ?? '';
    if (method === 'GET') return kind === 'pods' ? this.#podList(query) : this.#deploymentObject();
    const { metadata, spec } = body as {
      metadata: { resourceVersion?: string; annotations?: Record<string, string> };
      spec?: Spec & { replicas?: number };
    };
    const { resourceVersion, annotations = {} } = metadata;
    if (kind === 'pods') {
      this.#tell(`cost ${name}`);
      refuseOther(resourceVersion, this.#versionOf(name));
      this.touch(name);
      this.#annotations.set(name, annotations);
      this.#show();
      return {};
    }
    if (kind === 'replicasets') return this.#writeSet(method, name, resourceVersion, spec?.replicas);
    this.#tell(spec?.paused ? 'pause' : 'release');
    refuseOther(resourceVersion, `${this.#generation}`);
    this.#originals = annotations[ORIGINALS_ANNOTATION] ?? this.#originals;
    const isSame = Object.entries(spec ?? {}).every(([key, value]) =>
      isDeepStrictEqual(this.#spec[key as keyof Spec], value),
    );
    if (!isSame || annotations[FENCE_ANNOTATION]) this.meddle(spec ?? {});
    return this.#deploymentObject();
  }

  /** A pod changes. */
  touch(name: string): void {
    this.#versions.set(name, Number(this.#versionOf(name)) + 1);
  }

  #versionOf(name: string): string {
    return `${this.#versions.get(name) ?? 1}`;
  }

  #writeSet(
    method: string,
    name: string,
    version: string | undefined,
    replicas: number | undefined,
  ): unknown {
    if (method === 'POST') {
      this.#tell('create');
      this.#fresh = 0;
      this.#sets += 1;
      return {};
    }
    this.#tell(replicas === undefined ? 'fence' : `scale ${name} ${replicas}`);
    refuseOther(version, `${this.#sets}`);
    this.#sets += 1;
    const isNew = name === 'web-v2';
    const before = isNew ? (this.#fresh ?? 0) : 4 - (this.#fresh ?? 0);
    const answer = this.#set(isNew ? 'v2' : 'v1', replicas ?? before, { minReadySeconds: isNew ? 1 : 5 });
    if (replicas !== undefined) {
      if (this.undoes) this.#sets += 1;
      else this.#take(isNew ? replicas - before : before - replicas);
      this.#show();
    }
    return answer;
  }

  #tell(what: string): void {
    this.before(what);
    this.written.push(what);
  }

  #take(count: number): void {
    const live = [...this.pods.values()].filter(({ metadata }) => !this.#leaving.has(metadata.name));
    for (const { metadata } of this.choose(live).slice(0, count)) this.#leaving.add(metadata.name);
    this.#fresh = (this.#fresh ?? 0) + count;
  }

  #show(): void {
    for (const name of ['a', 'b', 'c', 'd']) this.pods.set(name, readPod(this.#podObject(name)));
  }

  #podList(query: KubeRequest['query']): object {
    const name = `${query?.fieldSelector}`.replace('metadata.name=', '');
    return { metadata: {}, items: [this.#podObject(name)] };
  }

  #podObject(name: string): object {
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: 'web-v1',
      uid: 'set-v1',
      controller: true,
    };
    const metadata = {
      ...{ name, uid: `uid-${name}`, namespace: 'prod', ownerReferences: [owner] },
      resourceVersion: this.#versionOf(name),
      annotations: this.#annotations.get(name) ?? {},
      ...(this.#leaving.has(name) && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    };
    const spec = this.unscheduled.has(name) ? {} : { nodeName: 'node-1' };
    return { metadata, spec, status: {} };
  }

  #deploymentObject(): object {
    const { metadata, spec } = deploymentObject(4, this.#spec) as { metadata: object; spec: object };
    const generation = this.#generation;
    const annotations = this.#originals === undefined ? {} : { [ORIGINALS_ANNOTATION]: this.#originals };
    return {
      metadata: { ...metadata, generation, resourceVersion: String(generation), annotations },
      spec: Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== null)),
      status: { observedGeneration: generation, availableReplicas: 4 - (this.#fresh ?? 0) },
    };
  }

  #objects(): DeploymentObjects {
    const old = 4 - (this.#fresh ?? 0);
    const set = (image: string, replicas: number, minReadySeconds: number, availableReplicas: number) =>
      readReplicaSet(this.#set(image, replicas, { minReadySeconds, availableReplicas }));
    return {
      deployment: readRolledDeployment(this.#deploymentObject()),
      replicaSets: [
        set('v1', old, 5, old),
        ...(this.#fresh === undefined ? [] : [set('v2', this.#fresh, HELD_MIN_READY_SECONDS, 0)]),
      ],
    };
  }

  #set(
    image: string,
    replicas: number,
    { minReadySeconds, availableReplicas = 0 }: { minReadySeconds: number; availableReplicas?: number },
  ): object {
    const generation = this.#sets;
    const { metadata, ...rest } = setObject(
      image,
      { replicas, minReadySeconds },
      { observedGeneration: generation, replicas, availableReplicas },
    ) as { metadata: object };
    return { ...rest, metadata: { ...metadata, generation, resourceVersion: String(generation) } };
  }
}

/** As the API server does where a write requires an earlier version. */
function refuseOther(required: string | undefined, version: string): void {
  if (required === undefined || required === version) return;
  throw new ApiError({ code: 409, reason: 'Conflict', message: 'the object has been modified' });
}
