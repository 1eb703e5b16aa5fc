export const OLD_IMAGE = 'cortex:v1';

/** A typical StatefulSet of Cortex ingesters, whose pods take a few seconds to start and to stop. */
export function ingester(replicas: number, image: string): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'ingester', namespace: 'default' },
    spec: {
      serviceName: 'ingester',
      replicas,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
      selector: { matchLabels: { app: 'ingester' } },
      template: {
        metadata: {
          labels: { app: 'ingester' },
          annotations: {
            'sim.kubectl-zone.dev/start': '1s',
            'sim.kubectl-zone.dev/start-max': '4s',
            'sim.kubectl-zone.dev/flush': '500ms',
            'sim.kubectl-zone.dev/flush-max': '1500ms',
          },
        },
        spec: { containers: [{ name: 'ingester', image }] },
      },
    },
  };
}
