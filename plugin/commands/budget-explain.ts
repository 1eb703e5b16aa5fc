import { choice } from '../cli/choice.ts';
import { type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import { parsePod } from '../cli/pod.ts';

const CHOICES = { output: ['json', 'yaml'] } as const;

export const budgetExplainCommand: Command = {
  usage: 'explain <pod..>',
  summary: 'Show whether a pod could be evicted now, and if not, why',
  description:
    'Makes the same decision as the webhook, and looks for PodDisruptionBudgets that would refuse the eviction. Evicts nothing. Exit code 1 means no.',
  connects: true,
  positionals: {
    pod: { type: 'string', array: true, describe: 'The pod, as pod/NAME or NAME' },
  },
  required: 'name a pod, for example pod/ingester-0',
  options: { output: { alias: 'o', type: 'string', describe: 'json or yaml' } },
  choices: CHOICES,
  examples: [['kubectl zone budget explain pod/ingester-0', 'Could this pod be evicted now?']],
  async run(args, context) {
    const request = {
      pod: parsePod(read.list(args, 'pod')),
      output: choice(args, 'output', CHOICES.output),
      connection: connectionOptions(args),
    };
    const { explainPod } = await import('../budget/explain-command.ts');
    return explainPod(request, context);
  },
};
