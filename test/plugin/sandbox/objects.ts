import type { Body } from './client.ts';

export const PODS = '/api/v1/namespaces/default/pods';
export const STATEFULSETS = '/apis/apps/v1/namespaces/default/statefulsets';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
export const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
export const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';

/** Pods start at once, so that tests wait for what happens and not for time. */
const QUICK = { 'sim.kubectl-zone.dev/start': '0s' };

export function template(labels: Record<string, string>, image = 'app:1', annotations: object = {}): object {
  return {
    metadata: { labels, annotations: { ...QUICK, ...annotations } },
    spec: { containers: [{ name: 'app', image }] },
  };
}

export function statefulSet(name: string, replicas: number, spec: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      replicas,
      serviceName: name,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
      selector: { matchLabels: { app: name } },
      template: template({ app: name }),
      ...spec,
    },
  };
}

export function deployment(name: string, replicas: number, spec: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: template({ app: name }), ...spec },
  };
}

export function budget(name: string, app: string, spec: object): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { selector: { matchLabels: { app } }, ...spec },
  };
}

export function configMap(name: string, labels: Record<string, string> = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: {} };
}

export function eviction(name: string, deleteOptions: object = {}): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace: 'default' },
    deleteOptions,
  };
}

export function isReady(pod: Body): boolean {
  return pod.status.conditions?.some(
    (condition: Body) => condition.type === 'Ready' && condition.status === 'True',
  );
}

/** True when there are exactly `count` pods, all of them ready and none going. */
export function allReady(count: number): (pods: Body[]) => boolean {
  return (pods) =>
    pods.length === count && pods.every((pod) => isReady(pod) && !pod.metadata.deletionTimestamp);
}
