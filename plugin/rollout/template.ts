import * as z from 'zod/mini';
import type { Kube } from '../../shared/kube/kube.ts';
import { readStatefulSet, type StatefulSet } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { listNames } from '../../shared/sentences.ts';
import { UserError } from '../errors.ts';
import { type ControllerRevision, fetchRevisions } from './history.ts';
import { differences } from './template-diff.ts';

/** A change of the template that the rollout is to begin with. */
export type TemplateChange =
  | { kind: 'edit'; images: readonly { container: string; image: string }[]; restart: boolean }
  /** Back to the revision before the newest, or to the one of this number. */
  | { kind: 'undo'; toRevision: number | undefined };

/** A template as the API server has it; everything we do not know is kept. */
const Template = z.looseObject({
  metadata: z.optional(z.looseObject({ annotations: z.optional(z.record(z.string(), z.string())) })),
  spec: z.looseObject({
    containers: z.array(z.looseObject({ name: z.string() })),
    initContainers: z.optional(z.array(z.looseObject({ name: z.string() }))),
  }),
});
type Template = z.infer<typeof Template>;

const WithTemplate = z.object({ spec: z.object({ template: Template }) });

/** A change that was worked out and not made yet. */
export interface PlannedChange {
  /** What will be another, a line each; empty when the template is like that already. */
  differences: readonly string[];
  /** The template that the differences were worked out from. */
  before: unknown;
  template: unknown;
}

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/**
 * Works out the new template from the workload as it is now.
 *
 * @param nowMs for the annotation by which kubectl marks a restart
 * @throws UserError for a container or revision that does not exist
 */
export async function planChange(
  kube: Kube,
  statefulSet: StatefulSet,
  change: TemplateChange,
  nowMs: number,
): Promise<PlannedChange> {
  const { namespace, name } = statefulSet.metadata;
  const path = resourcePath({ ...RESOURCES.statefulsets, namespace, name });
  const { spec } = WithTemplate.parse(await kube.request({ method: 'GET', path }));
  const before = spec.template;
  const after =
    change.kind === 'undo'
      ? earlierTemplate(await fetchRevisions(kube, statefulSet), statefulSet, change.toRevision)
      : edited(before, change, nowMs);
  return {
    differences: differences(before, after),
    before,
    template: after,
  };
}

/**
 * Makes the change, if the template still is as it was when the change was worked out.
 *
 * @returns the workload with its new generation
 * @throws ApiError 422 when somebody else has changed it meanwhile
 */
export async function applyChange(
  kube: Kube,
  { metadata: { namespace, name } }: StatefulSet,
  { before, template }: PlannedChange,
): Promise<StatefulSet> {
  const answer = await kube.request({
    method: 'PATCH',
    patch: 'json',
    path: resourcePath({ ...RESOURCES.statefulsets, namespace, name }),
    body: [
      { op: 'test', path: '/spec/template', value: before },
      { op: 'replace', path: '/spec/template', value: template },
    ],
  });
  return readStatefulSet(answer);
}

function edited(
  before: Template,
  { images, restart }: Extract<TemplateChange, { kind: 'edit' }>,
  nowMs: number,
): Template {
  const wanted = new Map(images.map(({ container, image }) => [container, image]));
  const { containers, initContainers } = before.spec;
  const known = [...containers, ...(initContainers ?? [])].map(({ name }) => name);
  const strange = [...wanted.keys()].filter((each) => !known.includes(each));
  if (strange.length > 0) {
    throw new UserError(
      `--image: there is no container ${listNames(strange)}`,
      `the containers are: ${known.join(', ')}`,
    );
  }
  const withImage = <C extends { name: string }>(container: C): C => {
    const image = wanted.get(container.name);
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

/**
 * The template of an earlier revision. ControllerRevisions of StatefulSets hold it as a strategic merge patch whose
 * directive says that it replaces the template as a whole (kubernetes/pkg/controller/statefulset, getPatch).
 */
function earlierTemplate(
  revisions: readonly ControllerRevision[],
  { metadata, status }: StatefulSet,
  toRevision: number | undefined,
): unknown {
  const found =
    toRevision === undefined
      ? revisions.findLast((each) => each.metadata.name !== status.updateRevision)
      : revisions.find(({ revision }) => revision === toRevision);
  if (!found) {
    const numbers = revisions.map(({ revision }) => String(revision));
    throw new UserError(
      toRevision === undefined
        ? `statefulset/${metadata.name} has no earlier revision to go back to`
        : `statefulset/${metadata.name} has no revision ${toRevision}`,
      numbers.length > 0
        ? `the revisions are: ${numbers.join(', ')} (kubectl zone rollout history sts/${metadata.name})`
        : undefined,
    );
  }
  const { $patch: _, ...template } = found.data.spec.template;
  return template;
}
