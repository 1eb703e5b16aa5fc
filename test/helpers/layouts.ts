import type { V1StatefulSet } from '@kubernetes/client-node';

/** How services that replicate over zones are deployed: a StatefulSet for each zone, as their charts render it. */
export interface Layout {
  /** Of the release. */
  instance: string;
  namespace: string;
  /** Of each StatefulSet. */
  replicas: number;
  zones?: readonly string[];
  image?: string;
  /** As pods are simulated; see `fixtures.ts`. */
  annotations?: Readonly<Record<string, string>>;
  strategy?: 'OnDelete' | 'RollingUpdate';
  /** The value of the annotation `rollout-max-unavailable`; none for Loki unless given. */
  maxUnavailable?: string | undefined;
}

const ZONES = ['zone-a', 'zone-b', 'zone-c'];

/** Mimir's distributed chart: the zone is a label of the StatefulSet, its selector and its pods. */
export function mimir(layout: Layout, component = 'ingester'): V1StatefulSet[] {
  const { instance, maxUnavailable = '50' } = layout;
  return zonesOf(layout).map((zone) => {
    const selected = { ...appLabels('mimir', instance, component), 'rollout-group': component, zone };
    const labels = {
      ...selected,
      'app.kubernetes.io/part-of': 'memberlist',
      'app.kubernetes.io/managed-by': 'Helm',
      name: `${component}-${zone}`,
    };
    return set(layout, {
      name: `${instance}-mimir-${component}-${zone}`,
      serviceName: `${instance}-mimir-${component}-headless`,
      labels,
      selected,
      annotations: { 'rollout-max-unavailable': maxUnavailable },
    });
  });
}

/** Loki's chart: no label has the zone, only names do. */
export function loki(layout: Layout, component = 'ingester'): V1StatefulSet[] {
  const { instance, maxUnavailable } = layout;
  return zonesOf(layout).map((zone) => {
    const name = `${component}-${zone}`;
    const selected = { ...appLabels('loki', instance, component), 'rollout-group': component, name };
    return set(layout, {
      name: `${instance}-loki-${name}`,
      serviceName: `${instance}-loki-${name}-headless`,
      labels: { ...selected, 'app.kubernetes.io/managed-by': 'Helm' },
      selected,
      annotations: maxUnavailable === undefined ? {} : { 'rollout-max-unavailable': maxUnavailable },
    });
  });
}

function zonesOf({ zones = ZONES }: Layout): readonly string[] {
  return zones;
}

function appLabels(name: string, instance: string, component: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/component': component,
  };
}

interface Rendered {
  name: string;
  serviceName: string;
  labels: Record<string, string>;
  selected: Record<string, string>;
  annotations: Record<string, string>;
}

function set(
  { namespace, replicas, image = 'app:v1', annotations: simulated = {}, strategy = 'OnDelete' }: Layout,
  { name, serviceName, labels, selected, annotations }: Rendered,
): V1StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace, labels, annotations },
    spec: {
      replicas,
      serviceName,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: strategy },
      selector: { matchLabels: selected },
      template: {
        metadata: {
          labels: { ...labels, app: labels['rollout-group'] ?? '' },
          annotations: { ...simulated },
        },
        spec: {
          terminationGracePeriodSeconds: 1200,
          containers: [
            { name: 'main', image, args: [`-ring.zone=${labels.name?.replace(/^.*zone-/, 'zone-')}`] },
          ],
        },
      },
    },
  };
}
