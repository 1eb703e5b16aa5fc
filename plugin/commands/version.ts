import { choice } from '../cli/choice.ts';
import { type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';

const CHOICES = { output: ['json', 'yaml'] } as const;

export const versionCommand: Command = {
  usage: 'version',
  summary: 'Show the versions of client, webhook, CRDs and Kubernetes, and whether they are compatible',
  description:
    'The webhook reports its own version in its answer to a trial eviction, a dry run for a pod that does not exist, which takes the same path as a real eviction. That needs permission to evict pods in the namespace; without it the label of the Deployment is shown. Exit code 1 if the cluster cannot be reached.',
  connects: true,
  options: {
    client: { type: 'boolean', describe: 'Only the client version; needs no cluster' },
    output: { alias: 'o', type: 'string', describe: 'json or yaml' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone version', 'Is everything compatible?'],
    ['kubectl zone version --client', 'Only the version of this plugin'],
    ['kubectl zone version -o json', 'In a script: fits is true or false'],
  ],
  async run(args, context) {
    const request = {
      clientOnly: read.flag(args, 'client'),
      output: choice(args, 'output', CHOICES.output),
      connection: connectionOptions(args),
    };
    const { runVersion } = await import('../install/version/run.ts');
    return runVersion(request, context);
  },
};
