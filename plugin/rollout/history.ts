import * as z from 'zod/mini';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { ObjectMetaSchema } from '../../shared/kube/objects/metadata.ts';
import { readPod, type StatefulSet } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { labelSelectorText } from '../../shared/kube/selectors.ts';
import { REVISION_LABEL } from '../../shared/rollout/observe.ts';
import type { Target } from '../commands/target.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { formatDuration } from '../views/format.ts';
import { textTable } from '../views/text-table.ts';
import { ANNOTATION, leaseName } from './lock.ts';
import { fetchStatefulSet } from './preflight.ts';
import { fetchRolloutLease } from './steer.ts';

/** `kubectl zone rollout history` as its flags say. */
export interface HistoryRequest {
  target: Target;
  output: 'json' | undefined;
  connection: ConnectOptions;
}

const ControllerRevision = z.object({
  metadata: ObjectMetaSchema,
  revision: z.number(),
  data: z.object({ spec: z.object({ template: z.looseObject({ spec: z.looseObject({}) }) }) }),
});
export type ControllerRevision = z.infer<typeof ControllerRevision>;

const Images = z.object({
  containers: z._default(z.array(z.object({ image: z._default(z.string(), '') })), []),
});

/** One template that the workload has had. */
interface Entry {
  revision: number;
  name: string;
  pods: number;
  images: readonly string[];
  /** kubernetes.io/change-cause; empty where nobody wrote one. */
  cause: string;
  createdAt: string | undefined;
  /** `update`: every pod shall have it; `current`: the one before that some pods have. */
  state: 'update' | 'current' | '';
}

/** Shows the revisions of a workload with the pods on each, and how its last rollout ended. Touches nothing. */
export async function runHistory(
  { target, output, connection }: HistoryRequest,
  context: Context,
): Promise<ExitCode> {
  const kube = await context.connect(connection);
  try {
    const statefulSet = await fetchStatefulSet(kube, target.name);
    const { namespace, name } = statefulSet.metadata;
    const [revisions, pods, lease] = await Promise.all([
      fetchRevisions(kube, statefulSet),
      countPodsByRevision(kube, statefulSet),
      fetchRolloutLease(kube, { namespace, name: leaseName('statefulset', name) }),
    ]);
    const entries = revisions.map((each) => entryOf(each, pods, statefulSet));
    const last = lease && {
      state: lease.metadata.annotations[ANNOTATION.state] ?? '',
      reason: lease.metadata.annotations[ANNOTATION.reason] ?? '',
      holder: lease.spec.holderIdentity,
      renewedAt: isoTime(lease.spec.renewTimeMs),
    };
    if (output === 'json') {
      const workload = { kind: 'statefulset', namespace, name };
      context.stdout.write(`${JSON.stringify({ type: 'history', workload, revisions: entries, last })}\n`);
      return EXIT.done;
    }
    const nowMs = context.clock.nowMs() + kube.clockSkewMs;
    const rows = entries.map((each) => [
      String(each.revision),
      each.name,
      String(each.pods),
      each.createdAt === undefined ? '' : formatDuration(nowMs - Date.parse(each.createdAt)),
      each.state,
      each.images.join(','),
      each.cause,
    ]);
    const lines = textTable([
      ['REVISION', 'NAME', 'PODS', 'AGE', 'STATE', 'IMAGES', 'CHANGE-CAUSE'],
      ...rows,
    ]);
    if (last) {
      const by = last.holder === '' ? '' : ` by ${last.holder}`;
      lines.push('', `last rollout: ${last.state}${by}${last.reason === '' ? '' : `: ${last.reason}`}`);
    }
    context.stdout.write(`${lines.join('\n')}\n`);
    return EXIT.done;
  } finally {
    await kube.close();
  }
}

/** The ControllerRevisions that the StatefulSet owns, the oldest first. */
export async function fetchRevisions(kube: Kube, statefulSet: StatefulSet): Promise<ControllerRevision[]> {
  const { namespace, uid } = statefulSet.metadata;
  const { items } = await listAll(kube, {
    path: resourcePath({ ...RESOURCES.controllerrevisions, namespace }),
    query: { labelSelector: labelSelectorText(statefulSet.spec.selector) },
  });
  return items
    .map((item) => ControllerRevision.parse(item))
    .filter(({ metadata }) => metadata.controller?.uid === uid)
    .sort((a, b) => a.revision - b.revision);
}

async function countPodsByRevision(kube: Kube, statefulSet: StatefulSet): Promise<Map<string, number>> {
  const { namespace, uid } = statefulSet.metadata;
  const { items } = await listAll(kube, {
    path: resourcePath({ ...RESOURCES.pods, namespace }),
    query: { labelSelector: labelSelectorText(statefulSet.spec.selector) },
  });
  const counts = new Map<string, number>();
  for (const { metadata } of items.map(readPod)) {
    const revision = metadata.labels[REVISION_LABEL];
    if (metadata.controller?.uid !== uid || revision === undefined) continue;
    counts.set(revision, (counts.get(revision) ?? 0) + 1);
  }
  return counts;
}

function entryOf(
  { metadata, revision, data }: ControllerRevision,
  pods: ReadonlyMap<string, number>,
  { status }: StatefulSet,
): Entry {
  const { name } = metadata;
  const state = name === status.updateRevision ? 'update' : name === status.currentRevision ? 'current' : '';
  return {
    revision,
    name,
    pods: pods.get(name) ?? 0,
    images: Images.parse(data.spec.template.spec).containers.map(({ image }) => image),
    cause: metadata.annotations['kubernetes.io/change-cause'] ?? '',
    createdAt: isoTime(metadata.creationTimestampMs),
    state,
  };
}

function isoTime(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}
