import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { nameOf } from '../../shared/kube/objects/metadata.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../shared/kube/paths.ts';
import type { Topic } from './decide/input.ts';
import { addObject, emptyInventory, type Inventory } from './decide/inventory.ts';
import {
  readWebhookDeployment,
  WEBHOOK_CONFIGURATION,
  WEBHOOK_DEPLOYMENT,
  WEBHOOK_NAMESPACE,
} from './decide/objects/webhook.ts';
import { readCheckedWorkload } from './decide/objects/workload.ts';
import { TOPIC_KINDS } from './kinds.ts';
import { readWorkloads, type Scope } from './read-workloads.ts';
import { whyUnreadable } from './unreadable.ts';

/** Listed in the namespace of the workloads, or in all. */
const NAMESPACED = [
  'pods',
  'services',
  'ingresses',
  'targetgroupbindings',
  'poddisruptionbudgets',
  'zonedisruptionbudgets',
] as const satisfies readonly Topic[];

const CLUSTER_SCOPED = ['nodes', 'ingressclasses'] as const satisfies readonly Topic[];

/**
 * Reads workloads and all objects that the rules use. Objects that may not be read become a gap; a kind that the API server
 * does not serve, such as TargetGroupBindings without their controller, has no objects.
 *
 * @throws UserError if a workload does not exist
 * @throws ApiError if workloads may not be read
 */
export async function readCluster(kube: Kube, scope: Scope): Promise<Inventory> {
  const inventory = emptyInventory();
  for (const { kind, object } of await readWorkloads(kube, scope)) {
    inventory.workloads.push(readCheckedWorkload(kind, object));
  }
  const { namespace } = scope;
  await Promise.all([
    ...NAMESPACED.map((topic) => list(kube, inventory, topic, namespace)),
    ...CLUSTER_SCOPED.map((topic) => list(kube, inventory, topic)),
    namespace === undefined
      ? list(kube, inventory, 'namespaces')
      : get(kube, inventory, 'namespaces', namespace),
    get(kube, inventory, 'validatingwebhookconfigurations', WEBHOOK_CONFIGURATION),
  ]);
  if (inventory.pods.some(({ spec }) => spec.claimNames.length > 0)) {
    await list(kube, inventory, 'persistentvolumeclaims', namespace);
    await list(kube, inventory, 'persistentvolumes');
  }
  if (inventory.zoneBudgets.length > 0) await readWebhookReplicas(kube, inventory);
  return inventory;
}

type ListedTopic = keyof typeof TOPIC_KINDS;

async function list(kube: Kube, into: Inventory, topic: ListedTopic, namespace?: string): Promise<void> {
  const kind = TOPIC_KINDS[topic];
  const address = { ...kind.address, namespace };
  const listed = await unlessForbidden(into, topic, 'list', address, async () => {
    const { items } = await listAll(kube, { path: resourcePath(address) });
    return items;
  });
  for (const object of listed ?? []) add(into, topic, object);
}

async function get(kube: Kube, into: Inventory, topic: ListedTopic, name: string): Promise<void> {
  const kind = TOPIC_KINDS[topic];
  const address = { ...kind.address, name };
  const found = await unlessForbidden(into, topic, 'get', address, () =>
    kube.request({ method: 'GET', path: resourcePath(address) }),
  );
  if (found !== undefined) add(into, topic, found);
}

/** An object that cannot be parsed, because its CRD validates less than we do, becomes a gap. */
function add(into: Inventory, topic: ListedTopic, object: unknown): void {
  try {
    addObject(into, TOPIC_KINDS[topic], object);
  } catch (error) {
    const reason = `${TOPIC_KINDS[topic].kind} ${JSON.stringify(nameOf(object))} cannot be read: ${whyUnreadable(error)}`;
    into.gaps.push({ topic, reason, expected: false });
  }
}

async function readWebhookReplicas(kube: Kube, into: Inventory): Promise<void> {
  const address = { ...RESOURCES.deployments, namespace: WEBHOOK_NAMESPACE, name: WEBHOOK_DEPLOYMENT };
  const found = await unlessForbidden(into, 'webhook-deployment', 'get', address, () =>
    kube.request({ method: 'GET', path: resourcePath(address) }),
  );
  if (found !== undefined) into.webhookDeployments = [readWebhookDeployment(found)];
}

/** The result of `read`; undefined if the object does not exist, or, with a gap, if it may not be read. */
async function unlessForbidden<T>(
  into: Inventory,
  topic: Topic,
  verb: 'list' | 'get',
  address: ResourceAddress,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 404) return undefined;
    if (error.code !== 403) throw error;
    into.gaps.push({ topic, reason: `no permission to ${verb} ${described(address)}`, expected: false });
    return undefined;
  }
}

function described({ group, resource, namespace, name }: ResourceAddress): string {
  const what = group === '' ? resource : `${resource}.${group}`;
  const named = name === undefined ? what : `${what} "${name}"`;
  return namespace === undefined ? named : `${named} in namespace ${namespace}`;
}
