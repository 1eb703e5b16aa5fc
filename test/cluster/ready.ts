import * as z from 'zod/mini';

/** The kubectl calls that waiting needs. */
export interface Kubectl {
  /** stdout; rejects when kubectl fails. */
  kubectl(args: readonly string[]): Promise<string>;
  lines(args: readonly string[], signal: AbortSignal): AsyncIterable<string>;
}

/** Generous: the test clusters need seconds. */
const DEADLINE_S = 120;

/**
 * Waits until all replicas of a StatefulSet or Deployment, or one Pod, are Ready.
 *
 * `kubectl rollout status` refuses OnDelete StatefulSets, and their status lags behind the pods, so that right after
 * an eviction it still counts the evicted pod. The pods themselves are watched instead.
 */
export async function waitReady(
  { kubectl, lines }: Kubectl,
  object: { kind: string; name: string; namespace: string },
): Promise<void> {
  const { kind, name, namespace } = object;
  const scope = ['-n', namespace, `--timeout=${DEADLINE_S}s`];
  switch (kind.toLowerCase()) {
    case 'pod':
      await kubectl(['wait', `pod/${name}`, '--for=condition=Ready', ...scope]);
      return;
    case 'deployment':
      await kubectl(['rollout', 'status', `deployment/${name}`, ...scope]);
      return;
    case 'statefulset': {
      const { spec } = StatefulSet.parse(
        JSON.parse(await kubectl(['get', 'statefulset', name, '-n', namespace, '-o', 'json'])),
      );
      await podsReady(lines, namespace, spec.selector.matchLabels, spec.replicas);
      const status = `--for=jsonpath={.status.availableReplicas}=${spec.replicas}`;
      await kubectl(['wait', `statefulset/${name}`, status, ...scope]);
      return;
    }
    default:
      throw new Error(`no way to wait for a ${kind}`);
  }
}

const StatefulSet = z.object({
  spec: z.object({
    replicas: z.number(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
  }),
});

const COLUMNS = [
  '{.type}',
  '{.object.metadata.name}',
  '{.object.status.conditions[?(@.type=="Ready")].status}',
  '{.object.metadata.deletionTimestamp}',
];

async function podsReady(
  lines: Kubectl['lines'],
  namespace: string,
  labels: Readonly<Record<string, string>>,
  replicas: number,
): Promise<void> {
  if (replicas === 0) return;
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const args = ['get', 'pods', '-n', namespace, '-l', selector.join(','), '--watch', '--output-watch-events'];
  const format = `jsonpath=${COLUMNS.join('{"|"}')}{"\\n"}`;
  const signal = AbortSignal.timeout(DEADLINE_S * 1000);
  // A watch may end at any time; the next one begins with the pods that there are.
  for (;;) {
    const ready = new Set<string>();
    for await (const line of lines([...args, '-o', format], signal)) {
      const [type, name = '', status, deleted] = line.split('|');
      const isReady = type !== 'DELETED' && status === 'True' && deleted === '';
      if (isReady) ready.add(name);
      else ready.delete(name);
      if (ready.size === replicas) return;
    }
  }
}
