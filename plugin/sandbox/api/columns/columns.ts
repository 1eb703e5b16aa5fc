import { fieldsAt, type KubeObject } from '../../store/object.ts';
import {
  BUDGETS,
  CRDS,
  DEPLOYMENTS,
  EVENTS,
  NAMESPACES,
  NODES,
  PODS,
  REPLICASETS,
  REVISIONS,
  STATEFULSETS,
} from '../resources.ts';
import { AGE, age, CONTAINERS, type Column, count, fieldsIn, IMAGES, SELECTOR, text } from './column.ts';
import { POD_COLUMNS } from './pods.ts';

const ready = text('Ready', (object) => {
  const status = fieldsAt(object, 'status');
  return `${Number(status.readyReplicas ?? 0)}/${Number(fieldsAt(object, 'spec').replicas ?? 0)}`;
});

/** Columns after the name, by storage key, as in the real server's printers. */
export const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  [PODS]: POD_COLUMNS,
  [NODES]: [
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    AGE,
    text('Version', (node) => nodeInfo(node, 'kubeletVersion')),
    text('Internal-IP', (node) => nodeAddress(node, 'InternalIP'), 1),
    text('External-IP', (node) => nodeAddress(node, 'ExternalIP'), 1),
    text('OS-Image', (node) => nodeInfo(node, 'osImage'), 1),
    text('Kernel-Version', (node) => nodeInfo(node, 'kernelVersion'), 1),
    text('Container-Runtime', (node) => nodeInfo(node, 'containerRuntimeVersion'), 1),
  ],
  [STATEFULSETS]: [ready, AGE, CONTAINERS, IMAGES],
  [DEPLOYMENTS]: [
    ready,
    count('Up-to-date', 'status', 'updatedReplicas'),
    count('Available', 'status', 'availableReplicas'),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],
  [REPLICASETS]: [
    count('Desired', 'spec', 'replicas'),
    count('Current', 'status', 'replicas'),
    count('Ready', 'status', 'readyReplicas'),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],
  [NAMESPACES]: [text('Status', (namespace) => fieldsAt(namespace, 'status').phase ?? ''), AGE],
  [BUDGETS]: [
    text('Min Available', (budget) => String(fieldsAt(budget, 'spec').minAvailable ?? 'N/A')),
    text('Max Unavailable', (budget) => String(fieldsAt(budget, 'spec').maxUnavailable ?? 'N/A')),
    count('Allowed Disruptions', 'status', 'disruptionsAllowed'),
    AGE,
  ],
  [REVISIONS]: [
    text('Controller', controllerText),
    { name: 'Revision', type: 'integer', cell: (revision) => Number(revision.revision ?? 0) },
    AGE,
  ],
  'coordination.k8s.io/leases': [
    text('Holder', (lease) => fieldsAt(lease, 'spec').holderIdentity ?? ''),
    AGE,
  ],
  [CRDS]: [{ name: 'Created At', type: 'date', cell: (definition) => definition.metadata.creationTimestamp }],
  [EVENTS]: [
    text('Last Seen', (event, nowMs) => age(event.lastTimestamp ?? event.eventTime, nowMs)),
    text('Type', (event) => event.type ?? ''),
    text('Reason', (event) => event.reason ?? ''),
    text('Object', eventObject),
    text('Subobject', (event) => fieldsAt(event, 'involvedObject').fieldPath ?? '', 1),
    text('Source', (event) => fieldsAt(event, 'source').component ?? event.reportingComponent ?? '', 1),
    text('Message', (event) => event.message ?? ''),
    text('First Seen', (event, nowMs) => age(event.firstTimestamp ?? event.eventTime, nowMs), 1),
    { name: 'Count', type: 'integer', priority: 1, cell: (event) => Number(event.count ?? 1) },
    text('Name', (event) => event.metadata.name, 1),
  ],
  '/configmaps': [
    { name: 'Data', type: 'string', cell: (map) => String(Object.keys(fieldsAt(map, 'data')).length) },
    AGE,
  ],
  '/secrets': [
    text('Type', (secret) => secret.type ?? 'Opaque'),
    { name: 'Data', type: 'string', cell: (secret) => String(Object.keys(fieldsAt(secret, 'data')).length) },
    AGE,
  ],
};

function nodeStatus(node: KubeObject): string {
  const conditions = fieldsIn(fieldsAt(node, 'status').conditions);
  const isReady = conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  const cordoned = fieldsAt(node, 'spec').unschedulable === true;
  return `${isReady ? 'Ready' : 'NotReady'}${cordoned ? ',SchedulingDisabled' : ''}`;
}

function nodeRoles(node: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
  return roles.map((label) => label.slice(prefix.length)).join(',') || '<none>';
}

function nodeInfo(node: KubeObject, field: string): string {
  return String(fieldsAt(node, 'status', 'nodeInfo')[field] ?? '<unknown>');
}

function nodeAddress(node: KubeObject, type: string): string {
  const addresses = fieldsIn(fieldsAt(node, 'status').addresses);
  return String(addresses.find((address) => address.type === type)?.address ?? '<none>');
}

function controllerText(revision: KubeObject): string {
  const owner = revision.metadata.ownerReferences?.find((reference) => reference.controller);
  if (!owner) return '<none>';
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

function eventObject(event: KubeObject): string {
  const { kind, name } = fieldsAt(event, 'involvedObject');
  return `${String(kind ?? '').toLowerCase()}/${String(name ?? '')}`;
}
