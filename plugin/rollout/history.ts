import * as z from 'zod/mini';
import { formatDuration } from '../../shared/format.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { readPod } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { labelSelectorText } from '../../shared/kube/selectors.ts';
import type { Workload } from '../../shared/rollout/decide/workload.ts';
import { ANNOTATION } from '../../shared/rollout/drive/annotations.ts';
import { fetchWorkload } from '../../shared/rollout/drive/fetch-workload.ts';
import { fetchRevisions, type Revision } from '../../shared/rollout/drive/revisions.ts';
import { fetchRolloutLease } from '../../shared/rollout/drive/rollout-lease.ts';
import { leaseName } from '../../shared/rollout/drive/rollout-lock.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeJson, writeLines } from '../cli/output.ts';
import type { Target } from '../cli/target.ts';
import { textTable } from '../cli/text-table.ts';

/** The flags of `kubectl zone rollout history`. */
export interface HistoryRequest {
  target: Target;
  output: 'json' | undefined;
  connection: ConnectOptions;
}

const Images = z.object({
  containers: z._default(z.array(z.object({ image: z._default(z.string(), '') })), []),
});

/** One revision of the workload's template. */
interface Entry {
  revision: number;
  name: string;
  pods: number;
  images: readonly string[];
  /** kubernetes.io/change-cause; empty if not set. */
  cause: string;
  createdAt: string | undefined;
  /** `update`: the target of all pods; `current`: the previous one, which some pods still have. */
  state: 'update' | 'current' | '';
}

/** Shows the revisions of a workload with the pods on each, and how its last rollout ended. Changes nothing. */
export async function runHistory(
  { target, output, connection }: HistoryRequest,
  context: Context,
): Promise<ExitCode> {
  const kube = await context.connect(connection);
  try {
    const { workload } = await fetchWorkload(kube, target);
    const { kind, metadata } = workload;
    const { namespace, name } = metadata;
    const [revisions, pods, lease] = await Promise.all([
      fetchRevisions(kube, workload),
      countPodsByRevision(kube, workload),
      fetchRolloutLease(kube, { namespace, name: leaseName(kind, name) }),
    ]);
    const entries = revisions.map((each) => entryOf(each, pods, workload));
    const last = lease && {
      state: lease.metadata.annotations[ANNOTATION.state] ?? '',
      reason: lease.metadata.annotations[ANNOTATION.reason] ?? '',
      holder: lease.spec.holderIdentity,
      renewedAt: isoTime(lease.spec.renewTimeMs),
    };
    if (output === 'json') {
      const about = { kind, namespace, name };
      writeJson(context.stdout, { type: 'history', workload: about, revisions: entries, last });
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
    writeLines(context.stdout, lines);
    return EXIT.done;
  } finally {
    await kube.close();
  }
}

async function countPodsByRevision(kube: Kube, workload: Workload): Promise<Map<string, number>> {
  const { items } = await listAll(kube, {
    path: resourcePath({ ...RESOURCES.pods, namespace: workload.metadata.namespace }),
    query: { labelSelector: labelSelectorText(workload.selector) },
  });
  const counts = new Map<string, number>();
  for (const pod of items.map(readPod)) {
    const revision = workload.revisionOf(pod);
    if (revision !== undefined) counts.set(revision, (counts.get(revision) ?? 0) + 1);
  }
  return counts;
}

function entryOf(
  { name, number, metadata, template }: Revision,
  pods: ReadonlyMap<string, number>,
  { updateRevision, currentRevision }: Workload,
): Entry {
  const state = name === updateRevision ? 'update' : name === currentRevision ? 'current' : '';
  return {
    revision: number,
    name: metadata.name,
    pods: pods.get(name) ?? 0,
    images: Images.parse(template.spec).containers.map(({ image }) => image),
    cause: metadata.annotations['kubernetes.io/change-cause'] ?? '',
    createdAt: isoTime(metadata.creationTimestampMs),
    state,
  };
}

function isoTime(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}
