import * as z from 'zod/mini';
import { plural } from '../../shared/format.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../shared/kube/paths.ts';
import { zoneOfNodeLabels } from '../../shared/kube/zones.ts';
import { GROUP_LABEL } from '../../shared/rollout/decide/grafana.ts';
import type { MemberKind } from '../../shared/rollout/decide/workload-id.ts';
import type { Target } from '../cli/target.ts';
import type { Candidate, ClusterQuestion } from './question.ts';

/** More than a terminal can show; kubectl's own completion has no limit. */
const MOST_OBJECTS = 1000;

const NAMESPACES: ResourceAddress = { group: '', version: 'v1', resource: 'namespaces' };
const SERVICES: ResourceAddress = { group: '', version: 'v1', resource: 'services' };

const OneContainer = z.object({ name: z.string(), image: z._default(z.string(), '') });
const Template = z.object({
  spec: z.object({
    containers: z._default(z.array(OneContainer), []),
    initContainers: z._default(z.array(OneContainer), []),
  }),
});

/** The fields that are shown, of objects of any kind. */
const Thing = z.object({
  metadata: z.object({ name: z.string(), labels: z._default(z.record(z.string(), z.string()), {}) }),
  spec: z.prefault(
    z.object({
      unschedulable: z._default(z.boolean(), false),
      replicas: z._default(z.number(), 1),
      maxUnavailable: z.optional(z.union([z.string(), z.number()])),
      ports: z._default(z.array(z.object({ port: z.number(), name: z._default(z.string(), '') })), []),
      template: z.optional(Template),
    }),
    {},
  ),
  status: z.prefault(
    z.object({ phase: z._default(z.string(), ''), readyReplicas: z._default(z.number(), 0) }),
    {},
  ),
});
type Thing = z.infer<typeof Thing>;

const List = z.object({ items: z.array(Thing) });

/**
 * Reads the names for a question from the cluster, with one request for at most a thousand objects, or two for
 * revisions. No retries, no changes.
 *
 * @throws if the cluster does not answer; the signal's reason once it aborts
 */
export async function findNames(
  kube: Kube,
  question: ClusterQuestion,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const { namespace } = kube;
  const get = (path: string, query: Record<string, number> = {}) =>
    kube.request({ method: 'GET', path, query, retry: 'never', signal });
  const listed = async (address: ResourceAddress, about: (thing: Thing) => string): Promise<Candidate[]> => {
    const { items } = List.parse(await get(resourcePath(address), { limit: MOST_OBJECTS }));
    return items.map((thing) => ({ name: thing.metadata.name, about: about(thing) }));
  };
  switch (question.kind) {
    case 'namespaces':
      return listed(NAMESPACES, ({ status }) => (status.phase === 'Active' ? '' : status.phase));
    case 'nodes':
      return listed(RESOURCES.nodes, ({ metadata, spec }) =>
        [zoneOfNodeLabels(metadata.labels) ?? 'no zone', ...(spec.unschedulable ? ['cordoned'] : [])].join(
          ', ',
        ),
      );
    case 'zones':
      return zonesIn(List.parse(await get(resourcePath(RESOURCES.nodes), { limit: MOST_OBJECTS })).items);
    case 'node-labels':
      return labelsOf(List.parse(await get(resourcePath(RESOURCES.nodes), { limit: MOST_OBJECTS })).items);
    case 'budgets':
      return listed({ ...RESOURCES.zonedisruptionbudgets, namespace }, ({ spec: { maxUnavailable } }) =>
        maxUnavailable === undefined ? '' : `max unavailable ${maxUnavailable}`,
      );
    case 'pods':
      return listed({ ...RESOURCES.pods, namespace }, ({ status }) => status.phase);
    case 'workloads':
      if (question.of === 'group') {
        return groupsIn(
          List.parse(
            await get(resourcePath({ ...RESOURCES.statefulsets, namespace }), { limit: MOST_OBJECTS }),
          ).items,
        );
      }
      return listed(
        { ...workloadResource(question.of), namespace },
        ({ spec, status }) => `${status.readyReplicas} of ${plural(spec.replicas, 'pod')} ready`,
      );
    case 'services':
      return servicesIn(
        List.parse(
          await get(resourcePath({ ...SERVICES, namespace: question.namespace }), { limit: MOST_OBJECTS }),
        ).items,
      );
    case 'containers': {
      const spec = await podSpecOf(kube, question.of, get);
      const { containers = [], initContainers = [] } = spec ?? {};
      return [...containers, ...initContainers].map(({ name, image }) => ({ name, about: image }));
    }
    case 'revisions':
      return revisionsOf(kube, question.of);
  }
}

/** Of the template; of a group, of its first StatefulSet. */
async function podSpecOf(kube: Kube, target: Target, get: (path: string) => Promise<unknown>) {
  const { namespace } = kube;
  if (target.kind === 'statefulset' || target.kind === 'deployment') {
    const address = { ...workloadResource(target.kind), namespace, name: target.name };
    return Thing.parse(await get(resourcePath(address))).spec.template?.spec;
  }
  const { fetchWorkload } = await import('../../shared/rollout/drive/fetch-workload.ts');
  const [member] = (await fetchWorkload(kube, target)).workload.members;
  const address = { ...RESOURCES.statefulsets, namespace, name: member?.metadata.name };
  return Thing.parse(await get(resourcePath(address))).spec.template?.spec;
}

/** The values of the label `rollout-group`. */
function groupsIn(sets: readonly Thing[]): Candidate[] {
  const counts = new Map<string, number>();
  for (const { metadata } of sets) {
    const group = metadata.labels[GROUP_LABEL];
    if (group) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, about: plural(count, 'StatefulSet') }));
}

function workloadResource(kind: MemberKind): ResourceAddress {
  return kind === 'statefulset' ? RESOURCES.statefulsets : RESOURCES.deployments;
}

function zonesIn(nodes: readonly Thing[]): Candidate[] {
  const counts = new Map<string, number>();
  for (const { metadata } of nodes) {
    const zone = zoneOfNodeLabels(metadata.labels);
    if (zone) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, about: plural(count, 'node') }));
}

/** The keys of the nodes' labels, with the number of their values. */
function labelsOf(nodes: readonly Thing[]): Candidate[] {
  const values = new Map<string, Set<string>>();
  for (const { metadata } of nodes) {
    for (const [key, value] of Object.entries(metadata.labels)) {
      values.set(key, (values.get(key) ?? new Set()).add(value));
    }
  }
  return [...values].map(([name, known]) => ({ name, about: plural(known.size, 'value') }));
}

function servicesIn(services: readonly Thing[]): Candidate[] {
  return services.flatMap(({ metadata, spec }) =>
    spec.ports.map(({ port, name }) => ({ name: `${metadata.name}:${port}`, about: name })),
  );
}

/** Newest first, without the update revision; of the first member, if there are several. */
async function revisionsOf(kube: Kube, target: Target): Promise<Candidate[]> {
  const [{ fetchWorkload }, { fetchRevisions }] = await Promise.all([
    import('../../shared/rollout/drive/fetch-workload.ts'),
    import('../../shared/rollout/drive/revisions.ts'),
  ]);
  const { workload } = await fetchWorkload(kube, target);
  const [member] = workload.members;
  const revisions = member ? await fetchRevisions(kube, member) : [];
  return revisions
    .filter(({ name }) => name !== member?.updateRevision)
    .map(({ number, metadata, template }) => {
      const images = Template.parse(template).spec.containers.map(({ image }) => image);
      const cause = metadata.annotations['kubernetes.io/change-cause'];
      return { name: String(number), about: cause ? `${images.join(', ')}: ${cause}` : images.join(', ') };
    })
    .reverse();
}
