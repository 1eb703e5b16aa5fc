import * as z from 'zod/mini';
import { UserError } from '../../shared/errors.ts';
import { formatDuration } from '../../shared/format.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { readPod } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { labelSelectorText } from '../../shared/kube/selectors.ts';
import { type Member, subjectOf } from '../../shared/rollout/decide/workload.ts';
import { idOf, nameOf } from '../../shared/rollout/decide/workload-id.ts';
import { ANNOTATION } from '../../shared/rollout/drive/annotations.ts';
import { fetchRevisions, type Revision } from '../../shared/rollout/drive/revisions.ts';
import { fetchRolloutLease } from '../../shared/rollout/drive/rollout-lease.ts';
import { differences } from '../../shared/rollout/drive/template-diff.ts';
import { countPods } from '../../shared/sentences.ts';
import type { Context, OutputStream } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeDocument, writeLines } from '../cli/output.ts';
import { type DataOutput, printData, writeData } from '../cli/print-data.ts';
import type { Target } from '../cli/target.ts';
import { textTable } from '../cli/text-table.ts';
import { fetchTarget } from './fetch-target.ts';

/** The flags of `kubectl zone rollout history`. */
export interface HistoryRequest {
  target: Target;
  /** Show only this revision, with its template; 0 for all of them, as with kubectl. */
  revision: number;
  output: DataOutput | undefined;
  connection: ConnectOptions;
}

const Images = z.object({
  containers: z._default(z.array(z.object({ image: z._default(z.string(), '') })), []),
});

/** One revision of the workload's template. */
interface Entry {
  /** The object whose template it is. */
  set: string;
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

/**
 * Shows the revisions of a workload with the pods on each, and how its last rollout ended; or one of them with its
 * template. Changes nothing.
 */
export async function runHistory(
  { target, revision, output, connection }: HistoryRequest,
  context: Context,
): Promise<ExitCode> {
  const kube = await context.connect(connection);
  try {
    const { workload } = await fetchTarget(kube, target, context);
    const { id, members } = workload;
    const histories = await Promise.all(members.map((member) => readHistory(kube, member)));
    if (revision > 0) {
      await showRevisions(
        histories.map((history) => chosenRevision(history, revision)),
        output,
        context.stdout,
      );
      return EXIT.done;
    }
    const entries = histories.flatMap((history) => history.entries);
    const lease = await fetchRolloutLease(kube, { namespace: id.namespace, name: id.lease });
    const ofSets = id.kind === 'group';
    const last = lease && {
      state: lease.metadata.annotations[ANNOTATION.state] ?? '',
      reason: lease.metadata.annotations[ANNOTATION.reason] ?? '',
      holder: lease.spec.holderIdentity,
      renewedAt: isoTime(lease.spec.renewTimeMs),
    };
    if (output) {
      const revisions = entries.map(({ set, ...entry }) => ({ ...(ofSets && { set }), ...entry }));
      const document = { type: 'history', workload: nameOf(id), revisions, last };
      await writeData(context.stdout, document, output);
      return EXIT.done;
    }
    const nowMs = kube.serverNowMs();
    const rows = entries.map((each) => [
      ...(ofSets ? [each.set] : []),
      String(each.revision),
      each.name,
      String(each.pods),
      each.createdAt === undefined ? '' : formatDuration(nowMs - Date.parse(each.createdAt)),
      each.state,
      each.images.join(','),
      each.cause,
    ]);
    const lines = textTable([
      [...(ofSets ? ['SET'] : []), 'REVISION', 'NAME', 'PODS', 'AGE', 'STATE', 'IMAGES', 'CHANGE-CAUSE'],
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

/** The history of a member, oldest first; `entries` and `revisions` correspond. */
interface History {
  member: Member;
  revisions: readonly Revision[];
  entries: readonly Entry[];
}

async function readHistory(kube: Kube, member: Member): Promise<History> {
  const [revisions, pods] = await Promise.all([
    fetchRevisions(kube, member),
    countPodsByRevision(kube, member),
  ]);
  return { member, revisions, entries: revisions.map((each) => entryOf(each, pods, member)) };
}

/** A revision with its template, and what it changed. */
interface ChosenRevision {
  member: Member;
  entry: Entry;
  /** The one before it in the history, if that still exists. */
  before: Entry | undefined;
  /** Since then, one line each. */
  changes: readonly string[];
  template: unknown;
}

/** @throws UserError if there is no such revision */
function chosenRevision({ member, revisions, entries }: History, revision: number): ChosenRevision {
  const index = revisions.findIndex(({ number }) => number === revision);
  const [chosen, entry] = [revisions[index], entries[index]];
  if (!chosen || !entry) {
    const numbers = revisions.map(({ number }) => number);
    throw new UserError(
      `${subjectOf(member)} has no revision ${revision}`,
      numbers.length > 0 ? `the revisions are: ${numbers.join(', ')}` : undefined,
    );
  }
  const before = entries[index - 1];
  const changes = before ? differences(revisions[index - 1]?.template, chosen.template) : [];
  return { member, entry, before, changes, template: chosen.template };
}

async function showRevisions(
  chosen: readonly ChosenRevision[],
  output: DataOutput | undefined,
  stdout: OutputStream,
): Promise<void> {
  for (const each of chosen) await showRevision(each, output, stdout);
}

async function showRevision(
  { member, entry, before, changes, template }: ChosenRevision,
  output: DataOutput | undefined,
  stdout: OutputStream,
): Promise<void> {
  if (output) {
    const { set: _, ...shown } = entry;
    const workload = nameOf(idOf(member.kind, member.metadata));
    return writeData(stdout, { type: 'revision', workload, ...shown, changes, template }, output);
  }
  const state = entry.state === '' ? '' : `, the ${entry.state} revision`;
  writeLines(stdout, [
    `${subjectOf(member)} with revision #${entry.revision} (${entry.name}): ${countPods(entry.pods)}${state}`,
    ...(entry.cause === '' ? [] : [`Change-Cause: ${entry.cause}`]),
    ...(before ? [`Changes since revision ${before.revision}:`, ...changes.map((line) => `  ${line}`)] : []),
    'Pod Template:',
  ]);
  const yaml = await printData(template, 'yaml');
  writeDocument(stdout, yaml.replace(/^(?=.)/gm, '  '));
}

async function countPodsByRevision(kube: Kube, member: Member): Promise<Map<string, number>> {
  const { items } = await listAll(kube, {
    path: resourcePath({ ...RESOURCES.pods, namespace: member.metadata.namespace }),
    query: { labelSelector: labelSelectorText(member.selector) },
  });
  const counts = new Map<string, number>();
  for (const pod of items.map(readPod)) {
    const revision = member.revisionOf(pod);
    if (revision !== undefined) counts.set(revision, (counts.get(revision) ?? 0) + 1);
  }
  return counts;
}

function entryOf(
  { name, number, metadata, template }: Revision,
  pods: ReadonlyMap<string, number>,
  { updateRevision, currentRevision, metadata: { name: set } }: Member,
): Entry {
  const state = name === updateRevision ? 'update' : name === currentRevision ? 'current' : '';
  return {
    set,
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
