import * as z from 'zod/mini';
import type { ProcessGroup } from '../helpers/process-group.ts';
import { waitUntil } from '../helpers/processes.ts';
import type { Api } from './api.ts';

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** Manifests of the nodes `<zone>-0` to `<zone>-<n-1>` for every zone; KWOK gives them their status. */
export function nodeManifests(zones: readonly string[], nodesPerZone: number): object[] {
  return zones.flatMap((zone) =>
    Array.from({ length: nodesPerZone }, (_, index) => nodeManifest(zone, `${zone}-${index}`)),
  );
}

function nodeManifest(zone: string, name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        [ZONE_LABEL]: zone,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': 'simulated',
      },
    },
  };
}

/** Creates nodes over the API. */
export async function createNodes(api: Api, nodes: readonly object[]): Promise<void> {
  for (const node of nodes) {
    const { code, body } = await api('POST', '/api/v1/nodes', node);
    if (code !== 201) throw new Error(`a node was refused with ${code}: ${JSON.stringify(body)}`);
  }
}

/** Waits until pods can be scheduled on this many nodes; rejects after a minute. */
export function nodesAreSchedulable(
  { api, group }: { api: Api; group: ProcessGroup },
  count: number,
): Promise<void> {
  const allSchedulable = async () => {
    const { items } = NodeList.parse((await api('GET', '/api/v1/nodes')).body);
    return items.filter(isSchedulable).length >= count;
  };
  return waitUntil('nodes are ready', allSchedulable, { processes: group.members(), deadlineMs: 60_000 });
}

const NodeList = z.object({
  items: z.array(
    z.object({
      spec: z.object({ taints: z.optional(z.array(z.object({ key: z.string() }))) }),
      status: z.object({
        conditions: z.optional(z.array(z.object({ type: z.string(), status: z.string() }))),
      }),
    }),
  ),
});

/** Every node begins with a `not-ready` taint, which the controller manager removes when KWOK or the kubelet reports Ready. */
function isSchedulable(node: z.infer<typeof NodeList>['items'][number]): boolean {
  const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready === true && (node.spec.taints ?? []).length === 0;
}
