import { readPod } from '../../../../shared/kube/objects.ts';
import {
  type RolledDeployment,
  readReplicaSet,
  readRolledDeployment,
} from '../../../../shared/rollout/decide/deployment-objects.ts';
import type { PlaceMemory } from '../../../../shared/rollout/decide/deployment-places.ts';
import { observeDeployment } from '../../../../shared/rollout/decide/observe-deployment.ts';
import type { Observation } from '../../../../shared/rollout/decide/types.ts';

export const ZONES = ['zone-a', 'zone-b', 'zone-c'] as const;
const ZONE_LABEL = 'topology.kubernetes.io/zone';
/** Of the API's timestamps. */
const SECOND_MS = 1_000;

interface WorldPod {
  name: string;
  /** Number of its template. */
  template: number;
  /** Undefined until it is scheduled. */
  zone: string | undefined;
  createdMs: number;
  readySinceMs: number | undefined;
  terminating: boolean;
}

/** A Deployment of which the controllers replace exactly the pods they are told to, in any order of events. */
export class DeploymentWorld {
  nowMs = 10 * SECOND_MS;
  readonly replicas: number;
  /** Of the pods that were taken and whose successors are not Ready yet. */
  readonly lostZones: string[] = [];
  #pods: WorldPod[];
  #template = 2;
  #deployment: RolledDeployment;
  readonly #replicaSets = ['v1', 'v2'].map((image) => readReplicaSet(setObject(image)));
  /** Templates whose pods no node takes. */
  readonly #unschedulable = new Set<number>();
  #made = 0;

  /** @param pending pods that no node takes, from the beginning */
  constructor(replicas: number, pending = 0) {
    this.replicas = replicas;
    if (pending > 0) this.#unschedulable.add(1);
    this.#deployment = readRolledDeployment(deploymentObject(replicas));
    this.#pods = Array.from({ length: replicas }, (_, index) => ({
      ...this.#newPod(1, index < pending ? undefined : ZONES[index % ZONES.length]),
      readySinceMs: index < pending ? undefined : this.nowMs,
    }));
  }

  /** Somebody changes the template. */
  change(isSchedulable: boolean): void {
    this.#template += 1;
    const image = `v${this.#template}`;
    this.#deployment = readRolledDeployment(deploymentObject(this.replicas, { template: template(image) }));
    this.#replicaSets.push(readReplicaSet(setObject(image)));
    if (!isSchedulable) this.#unschedulable.add(this.#template);
  }

  get terminating(): readonly WorldPod[] {
    return this.#pods.filter((pod) => pod.terminating);
  }

  get serving(): number {
    return this.#pods.filter((pod) => !pod.terminating && pod.readySinceMs !== undefined).length;
  }

  /** Those of the pods that serve, by uid. */
  servingOf(uids: readonly string[]): readonly WorldPod[] {
    return this.#pods.filter((pod) => uids.includes(uidOf(pod)) && pod.readySinceMs !== undefined);
  }

  /** What the controllers make of a step: the pods terminate, or are gone at once, and as many new ones are made. */
  take(uids: readonly string[]): void {
    for (const pod of this.#pods.filter((each) => uids.includes(uidOf(each)))) {
      if (pod.readySinceMs !== undefined && pod.zone !== undefined) this.lostZones.push(pod.zone);
      if (pod.zone === undefined) this.#remove(pod);
      pod.terminating = true;
    }
    for (const _ of uids) this.#pods.push(this.#newPod(this.#template, undefined));
  }

  /** Something that happens by itself, told by a number; false when nothing can. */
  happen(choice: number): boolean {
    this.nowMs += 1 + (choice % 1_500);
    const moves = this.#pods.flatMap((pod): (() => void)[] => {
      if (pod.terminating) return [() => this.#remove(pod)];
      if (pod.zone === undefined && this.#unschedulable.has(pod.template)) return [];
      if (pod.zone === undefined) return [() => Object.assign(pod, { zone: ZONES[choice % ZONES.length] })];
      return pod.readySinceMs === undefined ? [() => this.#becomeReady(pod)] : [];
    });
    moves[choice % moves.length]?.();
    return moves.length > 0;
  }

  observe(memory: PlaceMemory): Observation {
    return observeDeployment(
      {
        deployment: this.#deployment,
        replicaSets: this.#replicaSets,
        pods: this.#pods.map((pod) => readPod(podObject(pod))),
        nodes: undefined,
      },
      memory,
      0,
      this.nowMs,
    );
  }

  #newPod(of: number, zone: string | undefined): WorldPod {
    this.#made += 1;
    const state = { createdMs: this.nowMs, readySinceMs: undefined, terminating: false };
    return { name: `web-v${of}-${this.#made}`, template: of, zone, ...state };
  }

  #becomeReady(pod: WorldPod): void {
    pod.readySinceMs = this.nowMs;
    this.lostZones.pop();
  }

  #remove(pod: WorldPod): void {
    this.#pods = this.#pods.filter((each) => each !== pod);
  }
}

export function deploymentObject(replicas: number, change: object = {}): object {
  return {
    metadata: { name: 'web', namespace: 'prod', uid: 'web', generation: 1 },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template('v2'), ...change },
    status: { observedGeneration: 1 },
  };
}

export function setObject(image: string, spec: object = {}, status: object = {}): object {
  const { metadata, ...rest } = template(image);
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'web', controller: true };
  return {
    metadata: { name: `web-${image}`, namespace: 'prod', uid: `set-${image}`, ownerReferences: [owner] },
    spec: {
      template: { metadata: { labels: { ...metadata.labels, 'pod-template-hash': image } }, ...rest },
      ...spec,
    },
    status,
  };
}

function template(image: string) {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } };
}

function uidOf({ name }: WorldPod): string {
  return `uid-${name}`;
}

function podObject({ name, template: of, zone, createdMs, readySinceMs, terminating }: WorldPod): object {
  const iso = (atMs: number) => new Date(Math.floor(atMs / SECOND_MS) * SECOND_MS).toISOString();
  const owner = {
    ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', controller: true },
    ...{ name: `web-v${of}`, uid: `set-v${of}` },
  };
  return {
    metadata: {
      ...{ name, uid: `uid-${name}`, namespace: 'prod', ownerReferences: [owner] },
      creationTimestamp: iso(createdMs),
      ...(terminating && { deletionTimestamp: iso(createdMs + 60_000) }),
      ...(zone !== undefined && { labels: { [ZONE_LABEL]: zone } }),
    },
    spec: { ...(zone !== undefined && { nodeName: `node-${zone}` }), containers: [{ name: 'main' }] },
    status: {
      phase: readySinceMs === undefined ? 'Pending' : 'Running',
      conditions:
        readySinceMs === undefined
          ? []
          : [{ type: 'Ready', status: 'True', lastTransitionTime: iso(readySinceMs) }],
    },
  };
}
