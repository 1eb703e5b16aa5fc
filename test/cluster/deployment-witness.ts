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

/** Watches the pods labelled `app=<app>` of a Deployment that is whole, with kubectl. */
export async function startDeploymentWitness(
  cluster: TestCluster,
  { namespace, app }: { namespace: string; app: string },
): Promise<DeploymentWitness> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`;
  const list = async () => {
    const { stdout, stderr, code } = await cluster.kubectl(['get', '--raw', path]);
    if (code !== 0) throw new Error(stderr);
    return listSchema.parse(JSON.parse(stdout));
  };
  const first = await list();
  const scene = new Scene(await zonesOfNodes(cluster), first.items);
  const leaving = new AbortController();
  const from = first.metadata.resourceVersion;
  const watching = (async () => {
    const args = ['get', '--raw', `${path}&watch=true&resourceVersion=${from}`];
    for await (const line of cluster.lines(args, leaving.signal)) {
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

/** The pods as they are, and the worst that they have been. */
class Scene {
  testimony: DeploymentTestimony;
  readonly #zoneOfNode: ReadonlyMap<string, string>;
  readonly #replicas: number;
  readonly #pods: Map<string, Pod>;
  /** The zone that was touched last, until all replicas serve again. */
  #open: string | undefined;
  #look: () => void = () => {};

  constructor(zoneOfNode: ReadonlyMap<string, string>, pods: readonly Pod[]) {
    this.#zoneOfNode = zoneOfNode;
    this.#replicas = pods.length;
    this.#pods = new Map(pods.map((pod) => [pod.metadata.name, pod]));
    this.testimony = { zones: [], terminating: 0, serving: pods.length, mixed: [] };
  }

  change(type: string, pod: Pod): void {
    const { name } = pod.metadata;
    const before = this.#pods.get(name);
    const { nodeName } = pod.spec;
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

  /** Resolves once every pod of the list has been seen as it is there, or newer. */
  untilShown(items: readonly Pod[]): Promise<void> {
    const version = (pod: Pod | undefined) => Number(pod?.metadata.resourceVersion ?? 0);
    return new Promise((resolve) => {
      this.#look = () => {
        if (items.every((pod) => version(this.#pods.get(pod.metadata.name)) >= version(pod))) resolve();
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

function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function isServing(pod: Pod): boolean {
  const ready = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready === true && !isTerminating(pod);
}
