/** The location of a container in the pod template: sidecars are init containers. */
import type { PatchBody } from './finding.ts';
import type { Container, PodSpec } from './objects/pod-spec.ts';

/** The path of a container's field, for evidence. */
export function containerField(spec: PodSpec, container: Container, field: string): string {
  return `spec.template.spec.${listOf(spec, container)}[${container.name}].${field}`;
}

/** A change of a container, as a part of the template's spec. */
export function containerBody(spec: PodSpec, container: Container, change: PatchBody): PatchBody {
  return { [listOf(spec, container)]: [{ name: container.name, ...change }] };
}

function listOf({ containers }: PodSpec, container: Container): 'containers' | 'initContainers' {
  return containers.includes(container) ? 'containers' : 'initContainers';
}
