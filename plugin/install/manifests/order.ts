import { compareText } from '../../../shared/kube/zones.ts';
import type { Manifest } from './manifest.ts';

/** The stages of an installation: objects of a stage need those of earlier stages. */
export interface Stages {
  /** The namespace. */
  namespaces: Manifest[];
  definitions: Manifest[];
  /** Everything that the webhook's pods need when they start. */
  prerequisites: Manifest[];
  deployment: Manifest[];
  /** What makes the API server call the webhook: first what binds evictions, then what denies unbound ones. */
  configurations: Manifest[];
}

const STAGE_OF: Readonly<Record<string, keyof Stages>> = {
  Namespace: 'namespaces',
  CustomResourceDefinition: 'definitions',
  Deployment: 'deployment',
  MutatingWebhookConfiguration: 'configurations',
  ValidatingWebhookConfiguration: 'configurations',
};

/** Sorts objects into stages; within a stage, service accounts come before roles, and roles before their bindings. */
export function stagesOf(manifests: readonly Manifest[]): Stages {
  const stages: Stages = {
    namespaces: [],
    definitions: [],
    prerequisites: [],
    deployment: [],
    configurations: [],
  };
  for (const manifest of manifests) stages[STAGE_OF[manifest.kind] ?? 'prerequisites'].push(manifest);
  stages.prerequisites.sort((a, b) => rank(a) - rank(b));
  stages.configurations.sort((a, b) => compareText(a.kind, b.kind));
  return stages;
}

/** All objects in the order in which they are applied. */
export function inOrder({
  namespaces,
  definitions,
  prerequisites,
  deployment,
  configurations,
}: Stages): Manifest[] {
  return [...namespaces, ...definitions, ...prerequisites, ...deployment, ...configurations];
}

function rank({ kind }: Manifest): number {
  if (kind.endsWith('Binding')) return 2;
  return kind.endsWith('Role') ? 1 : 0;
}
