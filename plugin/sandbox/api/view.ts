import { type Fields, fieldsAt, isFields, type KubeObject } from '../store/object.ts';
import { groupVersionOf, type Resource } from './resources.ts';

const EVENTS_V1 = 'events.k8s.io/v1';

/** A stored object as served by a resource: custom resources change their version, events their shape. */
export function viewOf(resource: Resource, object: KubeObject): KubeObject {
  const wanted = groupVersionOf(resource);
  if (object.apiVersion === wanted) return object;
  if (wanted === EVENTS_V1) return toEventsV1(object);
  return { ...object, apiVersion: wanted };
}

/** The inverse of `viewOf`: the stored form of an object that a client sent to this resource. */
export function storedOf(resource: Resource, object: KubeObject): KubeObject {
  if (groupVersionOf(resource) === EVENTS_V1) return toCoreEvent(object);
  const { storedVersion } = resource;
  return storedVersion ? { ...object, apiVersion: `${resource.group}/${storedVersion}` } : object;
}

const EVENT_FIELDS = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

function toEventsV1(object: KubeObject): KubeObject {
  return rename(object, EVENTS_V1, new Map(EVENT_FIELDS));
}

function toCoreEvent(object: KubeObject): KubeObject {
  return rename(object, 'v1', new Map(EVENT_FIELDS.map(([core, events]) => [events, core])));
}

function rename(object: KubeObject, apiVersion: string, names: ReadonlyMap<string, string>): KubeObject {
  const { apiVersion: _, kind, metadata, ...fields } = object;
  const renamed = Object.entries(fields).map(([field, value]) => [names.get(field) ?? field, value]);
  return { apiVersion, kind, metadata, ...Object.fromEntries(renamed) };
}

/** PartialObjectMetadata, for clients that request only metadata. */
export function metadataOf(object: KubeObject): KubeObject {
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: object.metadata };
}

/** autoscaling/v1 Scale of an object, from the paths of its resource (`.spec.replicas` by default). */
export function scaleOf(resource: Resource, object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = Number(valueAt(object, resource.scale?.specReplicasPath ?? '.spec.replicas') ?? 0);
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(uid ? { uid } : {}),
      ...(resourceVersion ? { resourceVersion } : {}),
      ...(creationTimestamp ? { creationTimestamp } : {}),
    },
    spec: { replicas },
    status: {
      replicas: Number(valueAt(object, resource.scale?.statusReplicasPath ?? '.status.replicas') ?? 0),
      selector: scaleSelector(resource, object),
    },
  };
}

/** The object with its desired replicas set to those of a Scale. */
export function withScale(resource: Resource, object: KubeObject, scale: KubeObject): KubeObject {
  const path = stepsOf(resource.scale?.specReplicasPath ?? '.spec.replicas');
  const changed = structuredClone(object);
  let at: Fields = changed;
  for (const step of path.slice(0, -1)) {
    const next = isFields(at[step]) ? at[step] : {};
    at[step] = next;
    at = next;
  }
  at[path.at(-1) ?? ''] = Number(fieldsAt(scale, 'spec').replicas ?? 0);
  const asked = scale.metadata.resourceVersion;
  if (asked) changed.metadata.resourceVersion = asked;
  return changed;
}

function scaleSelector(resource: Resource, object: KubeObject): string {
  const path = resource.scale?.labelSelectorPath;
  if (path) return String(valueAt(object, path) ?? '');
  const labels = fieldsAt(object, 'spec', 'selector', 'matchLabels');
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function valueAt(object: Fields, path: string): unknown {
  const steps = stepsOf(path);
  return fieldsAt(object, ...steps.slice(0, -1))[steps.at(-1) ?? ''];
}

function stepsOf(path: string): string[] {
  return path.split('.').filter((step) => step !== '');
}
