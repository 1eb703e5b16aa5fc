import * as z from 'zod/mini';
import type { Kube } from '../../kube/kube.ts';
import { listAll } from '../../kube/list.ts';
import { ObjectMetaSchema } from '../../kube/objects/metadata.ts';
import type { ObjectMeta } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import { labelSelectorText } from '../../kube/selectors.ts';
import { REVISION_ANNOTATION, readReplicaSet, withoutHash } from '../decide/deployment-objects.ts';
import type { Member } from '../decide/workload.ts';

/** A revision of a workload's template. */
export interface Revision {
  /** Same as `Member.revisionOf`. */
  name: string;
  /** Incremented with each change of the template; the value for `--to-revision`. */
  number: number;
  /** Of the object that stores it. */
  metadata: ObjectMeta;
  template: Template;
}

const Template = z.looseObject({ spec: z.looseObject({}) });
type Template = z.infer<typeof Template>;

const ControllerRevision = z.object({
  metadata: ObjectMetaSchema,
  revision: z.number(),
  data: z.object({ spec: z.object({ template: Template }) }),
});

const WithTemplate = z.object({ spec: z.object({ template: z.unknown() }) });

/** The template revisions in the history of a member, oldest first. */
export async function fetchRevisions(kube: Kube, member: Member): Promise<Revision[]> {
  const { namespace, uid } = member.metadata;
  const isSet = member.kind === 'statefulset';
  const resource = isSet ? RESOURCES.controllerrevisions : RESOURCES.replicasets;
  const { items } = await listAll(kube, {
    path: resourcePath({ ...resource, namespace }),
    query: { labelSelector: labelSelectorText(member.selector) },
  });
  return items
    .map(isSet ? fromControllerRevision : fromReplicaSet)
    .filter(({ metadata }) => metadata.controller?.uid === uid)
    .sort((a, b) => a.number - b.number);
}

function fromControllerRevision(item: unknown): Revision {
  const { metadata, revision, data } = ControllerRevision.parse(item);
  // Data is a strategic merge patch with a directive to replace the template entirely
  // (kubernetes/pkg/controller/statefulset, getPatch).
  const { $patch: _, ...template } = data.spec.template;
  return { name: metadata.name, number: revision, metadata, template: Template.parse(template) };
}

/** A Deployment's history is in its old ReplicaSets. */
function fromReplicaSet(item: unknown): Revision {
  const { metadata, revision = '' } = readReplicaSet(item);
  const template = Template.parse(withoutHash(WithTemplate.parse(item).spec.template));
  const number = Number(metadata.annotations[REVISION_ANNOTATION] ?? 0);
  return { name: revision, number, metadata, template };
}
