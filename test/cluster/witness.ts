import * as z from 'zod/mini';
import { withDeadline } from '../helpers/deadline.ts';
import type { TestCluster } from './cluster.ts';
import { zonesOfNodes } from './observe.ts';

/** What an observer saw who knows nothing of the code under test. */
export interface Testimony {
  /** Most zones that had pods missing or not ready at one moment. */
  zonesTogether: number;
  /** Most pods missing or not ready at one moment. */
  podsDown: number;
  /** Most pods terminating at one moment. */
  podsTerminating: number;
  /** For messages: what it looked like when two zones were down. */
  worst: string;
}

export interface Witness {
  /** Waits until all that has happened is seen, and ends. */
  testimony(): Promise<Testimony>;
  /** Ends without a word. */
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
    phase: z.optional(z.string()),
    conditions: z.optional(z.array(z.object({ type: z.string(), status: z.string() }))),
  }),
});
type Pod = z.infer<typeof podSchema>;
type PodList = z.infer<typeof listSchema>;

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(podSchema),
});
const eventSchema = z.object({ type: z.string(), object: z.unknown() });

/**
 * Watches the pods labelled `app=<app>`, reads them raw, and counts. The pods that are there now are
 * those that are expected all the time; a missing one counts in the zone where it last was.
 */
export async function startWitness(
  cluster: TestCluster,
  { namespace, app }: { namespace: string; app: string },
): Promise<Witness> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`;
  const list = async () => listSchema.parse(await cluster.raw(path));
  const scene = new Scene(await zonesOfNodes(cluster));
  const leaving = new AbortController();
  const first = await list();
  scene.show(first);
  const watching = watch(
    cluster,
    { path, from: first.metadata.resourceVersion, list, scene },
    leaving.signal,
  );
  const stop = () => {
    leaving.abort();
    return watching;
  };
  return {
    async testimony() {
      try {
        const shown = Promise.race([scene.untilShown(await list()), watching]);
        await withDeadline(shown, () => 'the witness did not see how the pods are now');
      } finally {
        await stop();
      }
      return scene.testimony;
    },
    stop,
  };
}

/** Follows the pods until the signal aborts, over watches that break and API servers that restart. */
async function watch(
  cluster: TestCluster,
  given: { path: string; from: string; list: () => Promise<PodList>; scene: Scene },
  signal: AbortSignal,
): Promise<void> {
  let { from } = given;
  while (!signal.aborted) {
    try {
      for await (const line of cluster.rawLines(`${given.path}&watch=true&resourceVersion=${from}`, signal)) {
        const { type, object } = eventSchema.parse(JSON.parse(line));
        if (type === 'ERROR') break;
        const pod = podSchema.parse(object);
        given.scene.change(type, pod);
        // Where nothing can be listed when this watch breaks, the next one must not tell the same again.
        from = pod.metadata.resourceVersion;
      }
    } catch (error) {
      if (error instanceof z.core.$ZodError || error instanceof SyntaxError) throw error;
    }
    const again = signal.aborted ? undefined : await given.list().catch(() => undefined);
    if (again) {
      from = again.metadata.resourceVersion;
      given.scene.show(again);
    }
  }
}

/** The pods as they are, and the worst that they have been. */
class Scene {
  testimony: Testimony = { zonesTogether: 0, podsDown: 0, podsTerminating: 0, worst: '' };
  private readonly zoneOfNode: ReadonlyMap<string, string>;
  private readonly zones = new Map<string, string>();
  private readonly expected = new Set<string>();
  private pods = new Map<string, Pod>();
  /** The latest version seen of each pod, also of deleted ones. */
  private readonly versions = new Map<string, number>();
  private look: () => void = () => {};

  constructor(zoneOfNode: ReadonlyMap<string, string>) {
    this.zoneOfNode = zoneOfNode;
  }

  show({ items }: PodList): void {
    this.pods = new Map(items.map((pod) => [pod.metadata.name, pod]));
    for (const pod of items) this.versions.set(pod.metadata.name, versionOf(pod));
    if (this.expected.size === 0) for (const name of this.pods.keys()) this.expected.add(name);
    this.count();
  }

  change(type: string, pod: Pod): void {
    const { name } = pod.metadata;
    this.versions.set(name, versionOf(pod));
    if (type === 'DELETED') this.pods.delete(name);
    else this.pods.set(name, pod);
    this.count();
  }

  /** Resolves once everything that the list tells has been seen; pods may have gone on changing since. */
  untilShown({ metadata, items }: PodList): Promise<void> {
    const listed = new Set(items.map((pod) => pod.metadata.name));
    const isNoSurprise = ([name, pod]: [string, Pod]) =>
      listed.has(name) || versionOf(pod) > Number(metadata.resourceVersion);
    return new Promise((resolve) => {
      this.look = () => {
        const isSeen = (pod: Pod) => (this.versions.get(pod.metadata.name) ?? 0) >= versionOf(pod);
        if (items.every(isSeen) && [...this.pods].every(isNoSurprise)) resolve();
      };
      this.look();
    });
  }

  private count(): void {
    for (const [name, { spec }] of this.pods) {
      const zone = this.zoneOfNode.get(spec.nodeName ?? '');
      if (zone !== undefined) this.zones.set(name, zone);
    }
    const down = [...this.expected].filter((name) => !isServing(this.pods.get(name)));
    const places = new Set(down.map((name) => this.zones.get(name) ?? `unknown zone of ${name}`));
    const terminating = [...this.pods.values()].filter((pod) => pod.metadata.deletionTimestamp !== undefined);
    const { zonesTogether, podsDown, podsTerminating, worst } = this.testimony;
    this.testimony = {
      zonesTogether: Math.max(zonesTogether, places.size),
      podsDown: Math.max(podsDown, down.length),
      podsTerminating: Math.max(podsTerminating, terminating.length),
      worst:
        places.size > Math.max(1, zonesTogether)
          ? down.map((name) => `${name} in ${this.zones.get(name)}`).join(', ')
          : worst,
    };
    this.look();
  }
}

/** Versions are numbers that grow: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions */
function versionOf({ metadata }: Pod): number {
  return Number(metadata.resourceVersion);
}

function isServing(pod: Pod | undefined): boolean {
  if (!pod || pod.metadata.deletionTimestamp !== undefined || pod.status.phase !== 'Running') return false;
  return pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}
