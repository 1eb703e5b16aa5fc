import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { ApiError, ConnectionError, type Kube } from '../../kube/kube.ts';
import { type ObjectMeta, type Pod, readObjectMeta, readStatefulSet } from '../../kube/objects.ts';
import { listNames } from '../../sentences.ts';
import { readRolledDeployment } from '../decide/deployment-objects.ts';
import type { Observation } from '../decide/types.ts';
import { statefulSetWorkload, subjectOf, type Workload } from '../decide/workload.ts';
import { fetchRevisions, type Revision } from './revisions.ts';
import { differences } from './template-diff.ts';
import { commandName, pathOf } from './workload-names.ts';

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
  /** One line per difference; empty if the template is already in that state. */
  differences: readonly string[];
  /** The template that the differences were computed from. */
  before: unknown;
  template: unknown;
  /** Name of the revision to roll back to; undefined if it may be a new one. */
  revision: string | undefined;
}

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/**
 * Computes the new template from the current workload.
 *
 * @param nowMs for the annotation with which kubectl marks a restart
 * @throws UserError for a container or revision that does not exist
 */
export async function planChange(
  kube: Kube,
  workload: Workload,
  change: TemplateChange,
  nowMs: number,
): Promise<PlannedChange> {
  const object = await kube.request({ method: 'GET', path: pathOf(workload) });
  const before = WithTemplate.parse(object).spec.template;
  if (change.kind === 'edit') {
    const template = edited(before, change, nowMs);
    return { differences: differences(before, template), before, template, revision: undefined };
  }
  const newest = refreshed(workload, object);
  const revisions = await fetchRevisions(kube, newest);
  const { name, template } = earlierRevision(revisions, newest, change.toRevision);
  return { differences: differences(before, template), before, template, revision: name };
}

/** A field of the workload and its required value. */
export interface FieldTest {
  /** A JSON pointer, such as `/spec/paused`. */
  path: string;
  value: unknown;
}

/**
 * Applies the change, if the template is unchanged since the change was computed and the fields of `only`
 * have their values; with `dryRun` the API server only validates it.
 *
 * @returns the workload with its new generation
 * @throws UserError if another client has changed the template since, and if the response was lost
 * @throws ApiError if it is rejected
 */
export async function applyChange(
  kube: Kube,
  workload: Workload,
  { before, template }: PlannedChange,
  { dryRun = false, only = [] }: { dryRun?: boolean; only?: readonly FieldTest[] } = {},
): Promise<{ metadata: ObjectMeta }> {
  const path = pathOf(workload);
  const subject = subjectOf(workload);
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
    return { metadata: readObjectMeta(WithTemplate.parse(answer).metadata) };
  } catch (error) {
    if (error instanceof ConnectionError && !dryRun) {
      throw new UserError(
        `whether the template of ${subject} was changed is not known: ${error.message}`,
        `look before you repeat it: kubectl zone rollout history ${commandName(workload)}`,
        error,
      );
    }
    if (!(error instanceof ApiError) || error.code !== 422) throw error;
    const now = WithTemplate.parse(await kube.request({ method: 'GET', path })).spec.template;
    if (differences(before, now).length === 0) throw error;
    throw new UserError(
      `the template of ${subject} was changed by somebody else meanwhile; it was left as it is`,
      'run the command again to see the difference to what is there now',
      error,
    );
  }
}

/**
 * The observation expected after the change: pods on the revision to roll back to are up to date, all others
 * are stale. The revision of a new template is not known in advance.
 */
export function observeChanged(
  observation: Observation,
  pods: readonly Pod[],
  { revisionOf }: Pick<Workload, 'revisionOf'>,
  { revision }: PlannedChange,
): Observation {
  const updated = new Set(
    pods
      .filter((pod) => revision !== undefined && revisionOf(pod) === revision)
      .map(({ metadata }) => metadata.uid),
  );
  return {
    ...observation,
    updateRevision: revision ?? '',
    revisionObserved: true,
    pods: observation.pods.map((pod) => ({ ...pod, stale: !updated.has(pod.uid) })),
  };
}

/** The workload with its newest revision, from the object just read. */
function refreshed(workload: Workload, object: unknown): Workload {
  return workload.kind === 'statefulset'
    ? statefulSetWorkload(readStatefulSet(object))
    : { ...workload, updateRevision: readRolledDeployment(object).revision };
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
  workload: Workload,
  toRevision: number | undefined,
): Revision {
  const subject = subjectOf(workload);
  if (toRevision === undefined && !workload.revisionObserved) {
    throw new UserError(
      `which revision comes before the newest template of ${subject} is not known: its controller has not seen that template yet`,
      'repeat the command in a moment, or name the revision with --to-revision',
    );
  }
  const found =
    toRevision === undefined
      ? revisions.findLast((each) => each.name !== workload.updateRevision)
      : revisions.find(({ number }) => number === toRevision);
  if (found) return found;
  const numbers = revisions.map(({ number }) => String(number));
  throw new UserError(
    toRevision === undefined
      ? `${subject} has no earlier revision to go back to`
      : `${subject} has no revision ${toRevision}`,
    numbers.length > 0
      ? `the revisions are: ${numbers.join(', ')}; kubectl zone rollout history ${commandName(workload)} shows them`
      : undefined,
  );
}
