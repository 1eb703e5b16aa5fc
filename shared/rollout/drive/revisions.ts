import * as z from 'zod/mini';
import type { Kube } from '../../kube/kube.ts';
import { listAll } from '../../kube/list.ts';
import { ObjectMetaSchema } from '../../kube/objects/metadata.ts';
import type { ObjectMeta } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import { labelSelectorText } from '../../kube/selectors.ts';
import { REVISION_ANNOTATION, readReplicaSet, withoutHash } from '../decide/deployment-objects.ts';
import type { Workload } from '../decide/workload.ts';

/** One template that a workload has had. */
export interface Revision {
  /** As `Workload.revisionOf` names it. */
  name: string;
  /** Counts up with each change of the template; what `--to-revision` takes. */
  number: number;
  /** The object that keeps it. */
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

/** The templates that the workload has had, as far as its history goes back, the oldest first. */
export async function fetchRevisions(kube: Kube, workload: Workload): Promise<Revision[]> {
  const { namespace, uid } = workload.metadata;
  const isSet = workload.kind === 'statefulset';
  const resource = isSet ? RESOURCES.controllerrevisions : RESOURCES.replicasets;
  const { items } = await listAll(kube, {
    path: resourcePath({ ...resource, namespace }),
    query: { labelSelector: labelSelectorText(workload.selector) },
  });
  return items
    .map(isSet ? fromControllerRevision : fromReplicaSet)
    .filter(({ metadata }) => metadata.controller?.uid === uid)
    .sort((a, b) => a.number - b.number);
}

function fromControllerRevision(item: unknown): Revision {
  const { metadata, revision, data } = ControllerRevision.parse(item);
  // They hold the template as a strategic merge patch whose directive says that it replaces the template as a whole
  // (kubernetes/pkg/controller/statefulset, getPatch).
  const { $patch: _, ...template } = data.spec.template;
  return { name: metadata.name, number: revision, metadata, template: Template.parse(template) };
}

/** Deployments keep their history in the ReplicaSets that they have left. */
function fromReplicaSet(item: unknown): Revision {
  const { metadata, revision = '' } = readReplicaSet(item);
  const template = Template.parse(withoutHash(WithTemplate.parse(item).spec.template));
  const number = Number(metadata.annotations[REVISION_ANNOTATION] ?? 0);
  return { name: revision, number, metadata, template };
}
