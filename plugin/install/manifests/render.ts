import { type Manifest, VERSION_LABEL } from './manifest.ts';

export interface RenderOptions {
  /** Becomes a label of every object, also of the webhook's pods. */
  version: string;
  /** Of the webhook; undefined leaves the webhook out. */
  image: string | undefined;
  /** Of the webhook; undefined keeps the number in the manifest. */
  replicas?: number | undefined;
}

const NAME_LABEL = 'app.kubernetes.io/name';
const WEBHOOK = 'kubectl-zone-webhook';

/** The shipped objects as they are to be applied. */
export function render(shipped: readonly Manifest[], options: RenderOptions): Manifest[] {
  const { image, replicas } = options;
  const version = labelValue(options.version);
  return shipped
    .filter((manifest) => image !== undefined || manifest.metadata.labels?.[NAME_LABEL] !== WEBHOOK)
    .map((manifest) => {
      const labelled = withVersion(manifest, version);
      if (manifest.kind !== 'Deployment' || image === undefined) return labelled;
      return { ...labelled, spec: deploymentSpec(manifest.spec, { version, image, replicas }) };
    });
}

/** A semantic version as a label value, in which `+` is not allowed. */
export function labelValue(version: string): string {
  return version.replaceAll('+', '_');
}

function withVersion<T extends { metadata: Manifest['metadata'] }>(object: T, version: string): T {
  const { metadata } = object;
  const labels = { ...metadata.labels, [VERSION_LABEL]: version };
  return { ...object, metadata: { ...metadata, labels } };
}

interface DeploymentSpec {
  replicas: number;
  template: { metadata: Manifest['metadata']; spec: { containers: readonly { image: string }[] } };
}

function deploymentSpec(
  spec: unknown,
  { version, image, replicas }: { version: string; image: string; replicas: number | undefined },
): DeploymentSpec {
  const shipped = spec as DeploymentSpec;
  const template = withVersion(shipped.template, version);
  const containers = template.spec.containers.map((container) => ({ ...container, image }));
  return {
    ...shipped,
    replicas: replicas ?? shipped.replicas,
    template: { ...template, spec: { ...template.spec, containers } },
  };
}
