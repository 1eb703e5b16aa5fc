import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { ApiError, ConnectionError, type Kube } from '../../kube/kube.ts';
import { type ObjectMeta, type Pod, readObjectMeta, readStatefulSet } from '../../kube/objects.ts';
import { listNames } from '../../sentences.ts';
import { readRolledDeployment } from '../decide/deployment-objects.ts';
import type { Observation } from '../decide/types.ts';
import { type Member, statefulSetMember, subjectOf, type Workload } from '../decide/workload.ts';
import { commandName, idOf } from '../decide/workload-id.ts';
import { fetchRevisions, type Revision } from './revisions.ts';
import { differences } from './template-diff.ts';
import { pathOf } from './workload-names.ts';

/** A change of the template to start the rollout with. */
export type TemplateChange =
  | { kind: 'edit'; images: readonly ContainerImage[]; restart: boolean }
  /** To the newest revision other than the update revision, or to the one with this number. */
  | { kind: 'undo'; toRevision: number | undefined };

export interface ContainerImage {
  /** `*` for every container, including init containers, as in kubectl set image. */
  container: string;
  image: string;
}

/** A template from the API server; unknown fields are kept. */
const Template = z.looseObject({
  metadata: z.optional(z.looseObject({ annotations: z.nullish(z.record(z.string(), z.string())) })),
  spec: z.looseObject({
    containers: z.array(z.looseObject({ name: z.string() })),
    initContainers: z.nullish(z.array(z.looseObject({ name: z.string() }))),
  }),
});
type Template = z.infer<typeof Template>;

const WithTemplate = z.object({ metadata: z.unknown(), spec: z.object({ template: Template }) });

/** A change that was computed and not applied yet. */
export interface PlannedChange {
  /** One line per difference; empty if all templates are already in that state. */
  differences: readonly string[];
  /** The members whose templates change. */
  members: readonly MemberChange[];
}

/** The change of one member's template. */
export interface MemberChange {
  member: Pick<Member, 'kind' | 'metadata'>;
  differences: readonly string[];
  /** The template that the differences were computed from. */
  before: unknown;
  template: unknown;
  /** Name of the revision to roll back to; undefined if it may be a new one. */
  revision: string | undefined;
}

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/**
 * Computes the new templates from the current objects.
 *
 * @param nowMs for the annotation with which kubectl marks a restart
 * @throws UserError for a container or revision that does not exist
 */
export async function planChange(
  kube: Kube,
  { members }: Pick<Workload, 'members'>,
  change: TemplateChange,
  nowMs: number,
): Promise<PlannedChange> {
  if (members.length > 1 && change.kind === 'undo' && change.toRevision === undefined) {
    // The histories differ if one of them was changed alone: its predecessor is not what they had together.
    throw new UserError(
      `which revision ${listNames(members.map(subjectOf))} had together is not known`,
      'name it with --to-revision; kubectl zone rollout history shows the revisions of each',
    );
  }
  const planned = await Promise.all(members.map((member) => planMember(kube, member, change, nowMs)));
  const changed = planned.filter(({ differences: lines }) => lines.length > 0);
  return { differences: linesOf(changed, members.length), members: changed };
}

async function planMember(
  kube: Kube,
  member: Member,
  change: TemplateChange,
  nowMs: number,
): Promise<MemberChange> {
  const object = await kube.request({ method: 'GET', path: pathOf(member) });
  const before = WithTemplate.parse(object).spec.template;
  if (change.kind === 'edit') {
    const template = edited(before, change, nowMs);
    return { member, differences: differences(before, template), before, template, revision: undefined };
  }
  const newest = refreshed(member, object);
  const revisions = await fetchRevisions(kube, newest);
  const { name, template } = earlierRevision(revisions, newest, change.toRevision);
  return { member, differences: differences(before, template), before, template, revision: name };
}

/** Differences that all members share are shown once. */
function linesOf(changed: readonly MemberChange[], members: number): string[] {
  const byLine = Map.groupBy(
    changed.flatMap(({ member, differences: lines }) => lines.map((line) => ({ line, member }))),
    ({ line }) => line,
  );
  return [...byLine].map(([line, of]) =>
    of.length === members ? line : `${listNames(of.map(({ member }) => subjectOf(member)))}: ${line}`,
  );
}

/** A field of a member and its required value. */
export interface FieldTest {
  /** A JSON pointer, such as `/spec/paused`. */
  path: string;
  value: unknown;
}

/**
 * Applies the change to each member, if its template is unchanged since the change was computed and the fields of
 * `only` have their values; with `dryRun` the API server only validates it.
 *
 * @returns the changed members, with their new generations
 * @throws UserError if another client has changed a template since, and if the response was lost; it says which members
 * were changed before
 * @throws ApiError if the first change is rejected
 */
export async function applyChange(
  kube: Kube,
  { members }: PlannedChange,
  options: { dryRun?: boolean; only?: readonly FieldTest[] } = {},
): Promise<ObjectMeta[]> {
  const applied: ObjectMeta[] = [];
  for (const change of members) {
    try {
      applied.push(await applyTo(kube, change, options));
    } catch (error) {
      if (options.dryRun || applied.length === 0 || !(error instanceof Error)) throw error;
      const done = members.slice(0, applied.length).map(({ member }) => subjectOf(member));
      throw new UserError(
        `the template of ${subjectOf(change.member)} was not changed: ${error.message}; already changed: ${listNames(done)}`,
        (error instanceof UserError ? error.fix : undefined) ?? 'run the same command again',
        error,
      );
    }
  }
  return applied;
}

async function applyTo(
  kube: Kube,
  { member, before, template }: MemberChange,
  { dryRun = false, only = [] }: { dryRun?: boolean; only?: readonly FieldTest[] },
): Promise<ObjectMeta> {
  const path = pathOf(member);
  const subject = subjectOf(member);
  try {
    const answer = await kube.request({
      method: 'PATCH',
      patch: 'json',
      path,
      query: { dryRun: dryRun ? 'All' : undefined },
      body: [
        ...only.map((each) => ({ op: 'test', ...each })),
        { op: 'test', path: '/spec/template', value: before },
        { op: 'replace', path: '/spec/template', value: template },
      ],
    });
    return readObjectMeta(WithTemplate.parse(answer).metadata);
  } catch (error) {
    if (error instanceof ConnectionError && !dryRun) {
      throw new UserError(
        `it is unknown whether the template of ${subject} was changed: ${error.message}`,
        `check before you repeat the command: kubectl zone rollout history ${commandName(idOf(member.kind, member.metadata))}`,
        error,
      );
    }
    if (!(error instanceof ApiError) || error.code !== 422) throw error;
    const now = WithTemplate.parse(await kube.request({ method: 'GET', path })).spec.template;
    if (differences(before, now).length === 0) throw error;
    throw new UserError(
      `another client changed the template of ${subject} at the same time; this change was not made`,
      'run the command again to see the difference to the current template',
      error,
    );
  }
}

/**
 * The observation expected after the change: pods of changed members are up to date if they are on the revision to roll
 * back to, and stale otherwise. The revision of a new template is not known in advance.
 */
export function observeChanged(
  observation: Observation,
  pods: readonly Pod[],
  workload: Pick<Workload, 'memberOf'>,
  { members }: PlannedChange,
): Observation {
  const changes = new Map(members.map((change) => [change.member.metadata.uid, change]));
  const stale = new Map<string, boolean>();
  for (const pod of pods) {
    const member = workload.memberOf(pod);
    const change = changes.get(member?.metadata.uid ?? '');
    if (change) stale.set(pod.metadata.uid, member?.revisionOf(pod) !== change.revision);
  }
  const [change, ...others] = members;
  return {
    ...observation,
    updateRevision: others.length === 0 ? (change?.revision ?? '') : '',
    revisionObserved: true,
    pods: observation.pods.map((pod) => ({ ...pod, stale: stale.get(pod.uid) ?? pod.stale })),
  };
}

/** The member with its newest revision, from the object just read. */
function refreshed(member: Member, object: unknown): Member {
  return member.kind === 'statefulset'
    ? statefulSetMember(readStatefulSet(object))
    : { ...member, updateRevision: readRolledDeployment(object).revision };
}

function edited(
  before: Template,
  { images, restart }: Extract<TemplateChange, { kind: 'edit' }>,
  nowMs: number,
): Template {
  const wanted = new Map(images.map(({ container, image }) => [container, image]));
  const { containers, initContainers } = before.spec;
  const known = [...containers, ...(initContainers ?? [])].map(({ name }) => name);
  const strange = [...wanted.keys()].filter((each) => each !== '*' && !known.includes(each));
  if (strange.length > 0) {
    throw new UserError(
      `--image: there is no container ${listNames(strange)}`,
      `the containers are: ${known.join(', ')}`,
    );
  }
  const withImage = <C extends { name: string }>(container: C): C => {
    const image = wanted.get(container.name) ?? wanted.get('*');
    return image === undefined ? container : { ...container, image };
  };
  const annotations = { ...before.metadata?.annotations, [RESTARTED_AT]: new Date(nowMs).toISOString() };
  return {
    ...before,
    ...(restart && { metadata: { ...before.metadata, annotations } }),
    spec: {
      ...before.spec,
      containers: containers.map(withImage),
      ...(initContainers && { initContainers: initContainers.map(withImage) }),
    },
  };
}

function earlierRevision(
  revisions: readonly Revision[],
  member: Member,
  toRevision: number | undefined,
): Revision {
  const subject = subjectOf(member);
  if (toRevision === undefined && !member.revisionObserved) {
    throw new UserError(
      `the previous revision of ${subject} is unknown: its controller has not observed the newest template yet`,
      'repeat the command in a moment, or name the revision with --to-revision',
    );
  }
  const found =
    toRevision === undefined
      ? revisions.findLast((each) => each.name !== member.updateRevision)
      : revisions.find(({ number }) => number === toRevision);
  if (found) return found;
  const numbers = revisions.map(({ number }) => String(number));
  throw new UserError(
    toRevision === undefined
      ? `${subject} has no earlier revision to go back to`
      : `${subject} has no revision ${toRevision}`,
    numbers.length > 0
      ? `the revisions are: ${numbers.join(', ')}; kubectl zone rollout history ${commandName(idOf(member.kind, member.metadata))} shows them`
      : undefined,
  );
}
