import type { ClientFacts, DefinitionFacts, Seen, ServerFacts } from './facts.ts';
import type { Problem } from './fit.ts';

/** The client version. */
export function clientLine({ version, form, node, platform }: ClientFacts): string {
  return `Client:      ${version} (${form}, Node ${node}, ${platform})`;
}

/** The versions of the cluster, and whether they are compatible. */
export function serverLines(facts: ServerFacts, problems: readonly Problem[]): string[] {
  return [
    `Kubernetes:  ${facts.kubernetes.text}`,
    `Webhook:     ${webhookText(facts)}`,
    `CRDs:        ${facts.definitions.map(({ plural, seen }) => `${plural} ${definitionText(seen)}`).join(', ')}`,
    ...problems.flatMap(({ message, fix }) => [`problem: ${message}`, `  ${fix}`]),
    ...(problems.length === 0 ? [fitText(facts)] : []),
  ];
}

/** Why some facts could not be read. */
export function unknowns({ definitions, deployment, pods, configuration }: ServerFacts): string[] {
  const all = [deployment, pods, configuration, ...definitions.map(({ seen }) => seen)];
  return [...new Set(all.flatMap((seen) => (seen.kind === 'unknown' ? [seen.reason] : [])))];
}

function fitText(facts: ServerFacts): string {
  return unknowns(facts).length === 0
    ? 'All versions are compatible.'
    : 'The versions that could be read are compatible.';
}

function webhookText({ trial, deployment, pods, configuration }: ServerFacts): string {
  const parts: string[] = [];
  if (trial.kind === 'answered') parts.push(`${trial.version}, which answers evictions`);
  if (deployment.kind === 'seen') {
    const { version, image, replicas, available } = deployment.value;
    if (trial.kind !== 'answered') parts.push(version ?? 'of an unknown version');
    parts.push(`${available} of ${replicas} replicas available`, `image ${image}`);
  }
  if (pods.kind === 'seen' && Object.keys(pods.value).length > 1) {
    parts.push(
      `pods by version: ${Object.entries(pods.value)
        .map(([version, count]) => `${version}: ${count}`)
        .join(', ')}`,
    );
  }
  if (parts.length > 0) return parts.join('; ');
  const absent = deployment.kind === 'absent' || configuration.kind === 'absent';
  return absent ? 'not installed' : 'unknown (not permitted)';
}

function definitionText(seen: Seen<DefinitionFacts>): string {
  if (seen.kind === 'absent') return 'not installed';
  if (seen.kind === 'unknown') return 'unknown (not permitted)';
  return seen.value.version ?? 'without a version';
}
