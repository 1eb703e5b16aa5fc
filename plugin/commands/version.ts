import { choice } from '../cli/choice.ts';
import { type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';

const CHOICES = { output: ['json', 'yaml'] } as const;

export const versionCommand: Command = {
  usage: 'version',
  summary: 'Versions of client, webhook, CRDs and Kubernetes, and whether they fit together',
  description:
    'The version of the webhook is its own word: a trial eviction, which is a dry run of a pod that there is not, is answered by the webhook that real evictions meet. It needs the right to evict pods in the namespace; without it the label of the Deployment is told. Exit code 1 where the cluster cannot be asked.',
  connects: true,
  options: {
    client: { type: 'boolean', describe: 'The client’s only; no cluster is asked' },
    output: { alias: 'o', type: 'string', describe: 'json or yaml' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone version', 'Does everything fit together?'],
    ['kubectl zone version --client', 'Which plugin is this?'],
    ['kubectl zone version -o json', 'For a script: fits is true or false'],
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
