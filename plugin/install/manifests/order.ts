import { compareText } from '../../../shared/kube/zones.ts';
import type { Manifest } from './manifest.ts';

/** What stands on what: objects of one stage need those of the stages before. */
export interface Stages {
  /** The namespace. */
  ground: Manifest[];
  definitions: Manifest[];
  /** Everything that the webhook's pods find when they start. */
  surroundings: Manifest[];
  deployment: Manifest[];
  /** What makes the API server ask the webhook: what binds evictions before what denies those that are not bound. */
  configurations: Manifest[];
}

const STAGE_OF: Readonly<Record<string, keyof Stages>> = {
  Namespace: 'ground',
  CustomResourceDefinition: 'definitions',
  Deployment: 'deployment',
  MutatingWebhookConfiguration: 'configurations',
  ValidatingWebhookConfiguration: 'configurations',
};

/** Sorts objects into stages; within one, accounts come before roles, and roles before what binds them. */
export function stagesOf(manifests: readonly Manifest[]): Stages {
  const stages: Stages = {
    ground: [],
    definitions: [],
    surroundings: [],
    deployment: [],
    configurations: [],
  };
  for (const manifest of manifests) stages[STAGE_OF[manifest.kind] ?? 'surroundings'].push(manifest);
  stages.surroundings.sort((a, b) => rank(a) - rank(b));
  stages.configurations.sort((a, b) => compareText(a.kind, b.kind));
  return stages;
}

/** All objects in the order in which they are applied. */
export function inOrder({
  ground,
  definitions,
  surroundings,
  deployment,
  configurations,
}: Stages): Manifest[] {
  return [...ground, ...definitions, ...surroundings, ...deployment, ...configurations];
}

function rank({ kind }: Manifest): number {
  if (kind.endsWith('Binding')) return 2;
  return kind.endsWith('Role') ? 1 : 0;
}
