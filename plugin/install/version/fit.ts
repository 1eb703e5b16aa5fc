import { tooOld } from '../../../shared/kube/server-version.ts';
import { installCommand } from '../image.ts';
import type { DefinitionFacts, ServerFacts } from './facts.ts';
import { standing } from './order.ts';

/** Something that does not fit, and what mends it. */
export interface Problem {
  message: string;
  fix: string;
}

const UPGRADE_PLUGIN = 'upgrade this plugin: kubectl krew upgrade zone';

/** What does not fit together, worst first; what is unknown is no problem. */
export function findProblems(client: string, facts: ServerFacts): Problem[] {
  return [
    ...webhookProblems(client, facts),
    ...facts.definitions.flatMap(({ plural, seen }) => {
      if (seen.kind === 'unknown') return [];
      if (seen.kind === 'absent')
        return [{ message: `there is no CRD for ${plural}`, fix: installCommand() }];
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
      ...(mixed ? [{ message: 'pods of the webhook are of several versions', fix: ROLLOUT }] : []),
    ];
  }
  if (configuration.kind === 'absent') {
    const why = deployment.kind === 'seen' ? 'the API server does not ask it' : 'it is not installed';
    return [{ message: `no webhook enforces zone disruption budgets: ${why}`, fix: installCommand(image) }];
  }
  if (configuration.kind === 'seen' && configuration.value === 'trials') return [unfinished(image)];
  if (configuration.kind === 'seen' && trial.kind === 'failed') {
    return [
      {
        message: `the webhook does not answer, and evictions are refused: ${trial.message}`,
        fix: 'see what keeps it: kubectl get pods -n kubectl-zone-system',
      },
    ];
  }
  if (configuration.kind === 'seen' && trial.kind === 'unguarded') {
    return [{ message: 'the API server does not ask the webhook about this namespace', fix: EDIT }];
  }
  return deployment.kind === 'seen' && deployment.value.version !== undefined
    ? versionProblems('the webhook', deployment.value.version, client)
    : [];
}

function unfinished(image: string | undefined): Problem {
  return {
    message: 'the installation has not ended: the API server asks the webhook about trials only',
    fix: installCommand(image),
  };
}

const ROLLOUT =
  'wait for them: kubectl rollout status deployment/kubectl-zone-webhook -n kubectl-zone-system';
const EDIT = 'see its namespaceSelector: kubectl get validatingwebhookconfiguration kubectl-zone -o yaml';

function definitionProblems(client: string, facts: DefinitionFacts): Problem[] {
  const { plural, version, missingFields } = facts;
  if (missingFields.length > 0) {
    const whose = version === undefined ? "AWS's controllers, or of an older version" : `version ${version}`;
    return [
      {
        message: `the CRD of ${plural} is that of ${whose}: it lacks ${missingFields.join(', ')}`,
        fix: installCommand(),
      },
    ];
  }
  // An older CRD that has every field will do.
  if (version === undefined || standing(version, client) !== 'newer') return [];
  return versionProblems(`the CRD of ${plural}`, version, client);
}

function versionProblems(what: string, version: string, client: string): Problem[] {
  const difference = standing(version, client);
  if (difference === 'same') return [];
  const message = `${what} is ${difference} than this plugin: ${version}, and this is ${client}`;
  return [{ message, fix: difference === 'older' ? installCommand() : UPGRADE_PLUGIN }];
}

function serverProblems({ kubernetes }: ServerFacts): Problem[] {
  const message = tooOld(kubernetes);
  return message === undefined ? [] : [{ message, fix: 'upgrade the cluster' }];
}
