import { tooOld } from '../../../shared/kube/server-version.ts';
import { installCommand } from '../image.ts';
import type { DefinitionFacts, ServerFacts } from './facts.ts';
import { compareVersions } from './order.ts';

/** An incompatibility, and its fix. */
export interface Problem {
  message: string;
  fix: string;
}

const UPGRADE_PLUGIN = 'upgrade this plugin: kubectl krew upgrade zone';

/** All incompatibilities, most severe first; unknown facts are not reported. */
export function findProblems(client: string, facts: ServerFacts): Problem[] {
  return [
    ...webhookProblems(client, facts),
    ...facts.definitions.flatMap(({ plural, seen }) => {
      if (seen.kind === 'unknown') return [];
      if (seen.kind === 'absent')
        return [{ message: `the CRD of ${plural} is not installed`, fix: installCommand() }];
      return definitionProblems(client, seen.value);
    }),
    ...serverProblems(facts),
  ];
}

function webhookProblems(client: string, facts: ServerFacts): Problem[] {
  const { configuration, deployment, pods, trial } = facts;
  const image = deployment.kind === 'seen' ? deployment.value.image : undefined;
  if (trial.kind === 'answered') {
    const mixed = pods.kind === 'seen' && Object.keys(pods.value).length > 1;
    if (configuration.kind === 'seen' && configuration.value === 'trials') return [unfinished(image)];
    return [
      ...versionProblems('the webhook', trial.version, client),
      ...(mixed ? [{ message: 'the pods of the webhook have different versions', fix: ROLLOUT }] : []),
    ];
  }
  if (configuration.kind === 'absent') {
    const why = deployment.kind === 'seen' ? 'the API server does not call it' : 'it is not installed';
    return [{ message: `no webhook enforces zone disruption budgets: ${why}`, fix: installCommand(image) }];
  }
  if (configuration.kind === 'seen' && configuration.value === 'trials') return [unfinished(image)];
  if (configuration.kind === 'seen' && trial.kind === 'failed') {
    return [
      {
        message: `the webhook does not answer, and evictions are refused: ${trial.message}`,
        fix: 'find the cause: kubectl get pods -n kubectl-zone-system',
      },
    ];
  }
  if (configuration.kind === 'seen' && trial.kind === 'unguarded') {
    return [{ message: 'the API server does not call the webhook for this namespace', fix: EDIT }];
  }
  return deployment.kind === 'seen' && deployment.value.version !== undefined
    ? versionProblems('the webhook', deployment.value.version, client)
    : [];
}

function unfinished(image: string | undefined): Problem {
  return {
    message: 'the installation is not complete: the API server calls the webhook for trial evictions only',
    fix: installCommand(image),
  };
}

const ROLLOUT =
  'wait for the rollout: kubectl rollout status deployment/kubectl-zone-webhook -n kubectl-zone-system';
const EDIT = 'check its namespaceSelector: kubectl get validatingwebhookconfiguration kubectl-zone -o yaml';

function definitionProblems(client: string, facts: DefinitionFacts): Problem[] {
  const { plural, version, missingFields } = facts;
  if (missingFields.length > 0) {
    const whose = version === undefined ? "AWS's controllers or an older version" : `version ${version}`;
    return [
      {
        message: `the CRD of ${plural} is from ${whose}: it has no ${missingFields.join(', ')}`,
        fix: installCommand(),
      },
    ];
  }
  // An older CRD that has all fields is compatible.
  if (version === undefined || compareVersions(version, client) !== 'newer') return [];
  return versionProblems(`the CRD of ${plural}`, version, client);
}

function versionProblems(what: string, version: string, client: string): Problem[] {
  const difference = compareVersions(version, client);
  if (difference === 'same') return [];
  const message = `${what} is ${difference} than this plugin: ${version} vs. ${client}`;
  return [{ message, fix: difference === 'older' ? installCommand() : UPGRADE_PLUGIN }];
}

function serverProblems({ kubernetes }: ServerFacts): Problem[] {
  const message = tooOld(kubernetes);
  return message === undefined ? [] : [{ message, fix: 'upgrade the cluster' }];
}
