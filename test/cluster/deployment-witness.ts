import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { withDeadline } from '../helpers/deadline.ts';
import type { TestCluster } from './cluster.ts';
import { zonesOfNodes } from './observe.ts';

/** What an observer saw of a Deployment's pods who knows nothing of the code under test. */
export interface DeploymentTestimony {
  /** Zone of each pod that began to terminate, in order; not of those that never had a node, and served nobody. */
  zones: readonly string[];
  /** Most pods terminating at one moment. */
  terminating: number;
  /** Fewest pods Ready and not terminating at one moment. */
  serving: number;
  /** Pods of one zone that began to terminate while fewer than all replicas served because of another zone. */
  mixed: readonly string[];
}

export interface DeploymentWitness {
  /** Waits until all that has happened is seen, and ends. */
  testimony(): Promise<DeploymentTestimony>;
  stop(): Promise<void>;
}

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    resourceVersion: z.string(),
    deletionTimestamp: z.optional(z.string()),
  }),
  spec: z.object({ nodeName: z.optional(z.string()) }),
  status: z.object({
    conditions: z.optional(z.array(z.object({ type: z.string(), status: z.string() }))),
  }),
});
type Pod = z.infer<typeof podSchema>;
const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(podSchema),
});
const eventSchema = z.object({ type: z.string(), object: z.unknown() });

/** Watches the pods labelled `app=<app>` of a Deployment that is whole. */
export async function startDeploymentWitness(
  cluster: TestCluster,
  { namespace, app }: { namespace: string; app: string },
): Promise<DeploymentWitness> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`;
  const list = async () => listSchema.parse(await cluster.raw(path));
  const first = await list();
  const scene = new Scene(await zonesOfNodes(cluster), first.items);
  const leaving = new AbortController();
  const from = first.metadata.resourceVersion;
  const watching = (async () => {
    const watch = `${path}&watch=true&resourceVersion=${from}`;
    for await (const line of cluster.rawLines(watch, leaving.signal)) {
      const { type, object } = eventSchema.parse(JSON.parse(line));
      scene.change(type, podSchema.parse(object));
    }
  })().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  const stop = () => {
    leaving.abort();
    return watching;
  };
  return {
    async testimony() {
      const { items } = await list();
      try {
        await withDeadline(
          Promise.race([scene.untilShown(items), watching]),
          () => 'the witness did not see how the pods are now',
        );
      } finally {
        await stop();
      }
      return scene.testimony;
    },
    stop,
  };
}

/** Pods went in these zones, in this order, and so many at a time at most. */
export async function assertOneZone(
  witness: DeploymentWitness,
  { most, zones }: { most: number; zones: readonly string[] },
): Promise<void> {
  const seen = await witness.testimony();
  assert.deepEqual(seen.zones, zones);
  assert.deepEqual(seen.mixed, []);
  assert.ok(seen.terminating <= most, `${seen.terminating} pods were terminating together`);
  assert.ok(seen.serving >= zones.length - most, `only ${seen.serving} pods served`);
}

/** The pods as they are, and the worst that they have been. */
class Scene {
  testimony: DeploymentTestimony;
  readonly #zoneOfNode: ReadonlyMap<string, string>;
  readonly #replicas: number;
  readonly #pods: Map<string, Pod>;
  /** The latest version seen of each pod, also of deleted ones. */
  readonly #versions = new Map<string, number>();
  /** The zone that was touched last, until all replicas serve again. */
  #open: string | undefined;
  #look: () => void = () => {};

  constructor(zoneOfNode: ReadonlyMap<string, string>, pods: readonly Pod[]) {
    this.#zoneOfNode = zoneOfNode;
    this.#replicas = pods.length;
    this.#pods = new Map(pods.map((pod) => [pod.metadata.name, pod]));
    for (const pod of pods) this.#versions.set(pod.metadata.name, versionOf(pod));
    this.testimony = { zones: [], terminating: 0, serving: pods.length, mixed: [] };
  }

  change(type: string, pod: Pod): void {
    const { name } = pod.metadata;
    const before = this.#pods.get(name);
    const { nodeName } = pod.spec;
    this.#versions.set(name, versionOf(pod));
    const begins = isTerminating(pod) && before !== undefined && !isTerminating(before);
    if (begins && nodeName !== undefined) this.#leaves(name, this.#zoneOfNode.get(nodeName) ?? 'no zone');
    if (type === 'DELETED') this.#pods.delete(name);
    else this.#pods.set(name, pod);
    const pods = [...this.#pods.values()];
    const terminating = pods.filter(isTerminating).length;
    const serving = pods.filter(isServing).length;
    if (serving >= this.#replicas && terminating === 0) this.#open = undefined;
    this.testimony = {
      ...this.testimony,
      terminating: Math.max(this.testimony.terminating, terminating),
      serving: Math.min(this.testimony.serving, serving),
    };
    this.#look();
  }

  /** Resolves once every pod of the list has been seen as it is there, or newer; it may be gone by then. */
  untilShown(items: readonly Pod[]): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (items.every((pod) => (this.#versions.get(pod.metadata.name) ?? 0) >= versionOf(pod))) resolve();
      };
      this.#look();
    });
  }

  #leaves(name: string, zone: string): void {
    const mixed = this.#open !== undefined && this.#open !== zone;
    this.testimony = {
      ...this.testimony,
      zones: [...this.testimony.zones, zone],
      mixed: mixed
        ? [...this.testimony.mixed, `${name} of ${zone} after ${this.#open}`]
        : this.testimony.mixed,
    };
    this.#open = zone;
  }
}

/** Versions are numbers that grow: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions */
function versionOf({ metadata }: Pod): number {
  return Number(metadata.resourceVersion);
}

function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function isServing(pod: Pod): boolean {
  const ready = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready === true && !isTerminating(pod);
}
