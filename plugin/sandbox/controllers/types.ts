import type { Clock } from '../../../shared/clock.ts';
import type { LabelSelector } from '../../../shared/kube/selectors.ts';
import type { Admission } from '../api/admission.ts';
import type { Catalog } from '../api/catalog.ts';
import type { Objects } from '../api/objects.ts';
import type { Resource } from '../api/resources.ts';
import type { Random } from '../random.ts';
import type { Fields, KubeObject, OwnerReference } from '../store/object.ts';
import type { Recorder } from './recorder.ts';

/** The dependencies of every controller. */
export interface Control {
  objects: Objects;
  catalog: Catalog;
  /** Admission of pods. */
  admission: Admission;
  clock: Clock;
  random: Random;
  recorder: Recorder;
}

/** A running controller. */
export interface Controller {
  stop(): void;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  lastTransitionTime?: string;
  lastProbeTime?: null;
  lastUpdateTime?: string;
  observedGeneration?: number;
  reason?: string;
  message?: string;
}

export interface Container {
  name: string;
  image: string;
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

export interface PodSpec extends Fields {
  containers: Container[];
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  readinessGates?: { conditionType: string }[];
  terminationGracePeriodSeconds?: number;
  tolerations?: Toleration[];
  hostname?: string;
  subdomain?: string;
}

export interface ContainerStatus extends Fields {
  name: string;
  ready: boolean;
  restartCount: number;
}

export interface PodStatus extends Fields {
  phase?: string;
  conditions?: Condition[];
  containerStatuses?: ContainerStatus[];
  podIP?: string;
}

export interface Pod extends KubeObject {
  spec: PodSpec;
  status: PodStatus;
}

export interface PodTemplate extends Fields {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: PodSpec;
}

export interface WorkloadSpec extends Fields {
  replicas: number;
  selector: LabelSelector;
  template: PodTemplate;
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
}

export interface Node extends KubeObject {
  spec?: { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[] } & Fields;
}

/** The resource of a table that controllers write; built-in ones always exist. */
export function resourceOf(control: Control, storage: string): Resource {
  const resource = control.catalog.ofStorage(storage);
  if (!resource) throw new Error(`no resource is stored in ${storage}`);
  return resource;
}

/** The owner reference that makes `owner` the controller of an object. */
export function controlledBy(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
