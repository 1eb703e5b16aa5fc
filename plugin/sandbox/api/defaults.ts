import { type Fields, fieldsAt, isFields, type KubeObject } from '../store/object.ts';
import {
  BUDGETS,
  CRDS,
  DEPLOYMENTS,
  NAMESPACES,
  NODES,
  PODS,
  REPLICASETS,
  type Resource,
  STATEFULSETS,
} from './resources.ts';

/** Kinds whose status a client may set on creation, because nothing in the sandbox computes it. */
const KEEPS_STATUS: ReadonlySet<string> = new Set([NODES, CRDS, NAMESPACES]);

/**
 * The object with the defaults of its kind; on creation its status is dropped, as the real strategies do. Strings and
 * lists in `kubectl get -o yaml` look as on a real cluster.
 *
 * @param before the object being updated, `undefined` on creation
 */
export function withDefaults(resource: Resource, object: KubeObject, before?: KubeObject): KubeObject {
  // A pod's spec was completed on creation; controllers' pods have their own defaults.
  const spec = before && resource.storage === PODS ? undefined : defaultSpec(resource, object);
  const next: KubeObject = spec ? { ...object, spec } : { ...object };
  const computed = resource.subresources.includes('status') && !KEEPS_STATUS.has(resource.storage);
  if (!before && computed) delete next.status;
  if (!before && resource.storage === PODS) next.status = { phase: 'Pending', qosClass: 'BestEffort' };
  if (!before && resource.storage === NAMESPACES) return newNamespace(next);
  return next;
}

function defaultSpec(resource: Resource, object: KubeObject): Fields | undefined {
  const spec = fieldsAt(object, 'spec');
  switch (resource.storage) {
    case PODS:
      return defaultPodSpec({ enableServiceLinks: true, ...spec });
    case STATEFULSETS:
      return {
        podManagementPolicy: 'OrderedReady',
        replicas: 1,
        revisionHistoryLimit: 10,
        ...spec,
        template: defaultTemplate(spec.template),
        updateStrategy: statefulSetStrategy(fieldsAt(spec, 'updateStrategy')),
      };
    case DEPLOYMENTS:
      return {
        progressDeadlineSeconds: 600,
        replicas: 1,
        revisionHistoryLimit: 10,
        ...spec,
        strategy: deploymentStrategy(fieldsAt(spec, 'strategy')),
        template: defaultTemplate(spec.template),
      };
    case REPLICASETS:
      return { replicas: 1, ...spec, template: defaultTemplate(spec.template) };
    case BUDGETS:
      return spec;
    default:
      return undefined;
  }
}

function statefulSetStrategy(given: Fields): Fields {
  const type = given.type ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return { type };
  return { type, rollingUpdate: { partition: 0, ...fieldsAt(given, 'rollingUpdate') } };
}

function deploymentStrategy(given: Fields): Fields {
  const type = given.type ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return { type };
  return {
    type,
    rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%', ...fieldsAt(given, 'rollingUpdate') },
  };
}

function defaultTemplate(template: unknown): Fields {
  const given = isFields(template) ? template : {};
  return { ...given, metadata: fieldsAt(given, 'metadata'), spec: defaultPodSpec(fieldsAt(given, 'spec')) };
}

function defaultPodSpec(spec: Fields): Fields {
  const containers = (value: unknown) =>
    Array.isArray(value) ? value.filter(isFields).map(defaultContainer) : value;
  return {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
    ...(spec.initContainers ? { initContainers: containers(spec.initContainers) } : {}),
    containers: containers(spec.containers),
  };
}

function defaultContainer(container: Fields): Fields {
  const image = String(container.image ?? '');
  const isLatest = !/:[^/]+$/.test(image) || image.endsWith(':latest');
  const ports = Array.isArray(container.ports)
    ? { ports: container.ports.map((port) => ({ protocol: 'TCP', ...port })) }
    : {};
  return {
    imagePullPolicy: isLatest ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    ...ports,
  };
}

function newNamespace(object: KubeObject): KubeObject {
  const { name, labels } = object.metadata;
  return {
    ...object,
    metadata: { ...object.metadata, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
    spec: { finalizers: ['kubernetes'], ...fieldsAt(object, 'spec') },
    status: { phase: 'Active' },
  };
}
