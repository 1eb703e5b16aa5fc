import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import * as z from 'zod/mini';
import { withDeadline } from '../helpers/deadline.ts';
import type { DrainBench } from './drain-bench.ts';

/** A node when it was first seen cordoned. */
interface Cordoned {
  node: string;
  zone: string;
  resourceVersion: number;
}

/** Sees nodes being cordoned, and knows nothing of the drain. */
export interface CordonWatch {
  /** Waits until all the old nodes have been cordoned; in the order in which it happened. */
  all(): Promise<readonly Cordoned[]>;
}

const COLUMNS = ['{.metadata.name}', '{.spec.unschedulable}', '{.metadata.resourceVersion}'];

/** Begins to watch the nodes with kubectl, none of which is cordoned now. */
export async function watchCordons(bench: DrainBench, t: TestContext): Promise<CordonWatch> {
  const leaving = new AbortController();
  const format = `jsonpath=${COLUMNS.join('{"|"}')}{"\\n"}`;
  const lines = bench.cluster.lines(['get', 'nodes', '--watch', '-o', format], leaving.signal);
  const cordoned = new Map<string, Cordoned>();
  const listed = new Set<string>();
  const begun = Promise.withResolvers<void>();

  async function watch(): Promise<Cordoned[]> {
    for await (const line of lines) {
      const [node = '', unschedulable, version] = line.split('|');
      listed.add(node);
      if (listed.size === bench.old.length + bench.spare.length) begun.resolve();
      if (unschedulable !== 'true' || cordoned.has(node)) continue;
      cordoned.set(node, { node, zone: bench.zoneOf(node), resourceVersion: Number(version) });
      if (bench.old.every((name) => cordoned.has(name))) break;
    }
    return [...cordoned.values()];
  }
  const watching = watch();
  t.after(async () => {
    leaving.abort();
    await watching.catch(() => {});
  });
  await withDeadline(Promise.race([begun.promise, watching]), () => `only ${[...listed]} were listed`);
  return { all: () => withDeadline(watching, () => `only ${[...cordoned.keys()]} were cordoned`) };
}

const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
      spec: z.object({ nodeName: z.string() }),
    }),
  ),
});

/**
 * One zone after the other: no node of a zone was cordoned before the last pod of the zone before had become ready,
 * which was the last that happened to it. Versions grow over all objects of a cluster.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export async function assertZoneByZone(bench: DrainBench, watch: CordonWatch): Promise<void> {
  const cordons = await watch.all();
  const zones = [...new Set(cordons.map(({ zone }) => zone))];
  assert.deepEqual(zones, bench.zones);
  const { items } = Pods.parse(await bench.cluster.json(['get', 'pods', '-n', bench.namespace]));
  for (const [index, zone] of zones.slice(0, -1).entries()) {
    const versions = items
      .filter(({ spec }) => bench.zoneOf(spec.nodeName) === zone)
      .map(({ metadata }) => Number(metadata.resourceVersion));
    const next = cordons.find((each) => each.zone === zones[index + 1]);
    assert.ok(versions.length > 0, `no pods in ${zone}`);
    assert.ok(
      Math.max(...versions) < (next?.resourceVersion ?? 0),
      `${next?.node} was cordoned at ${next?.resourceVersion} before ${zone} was whole: ${versions}`,
    );
  }
}
