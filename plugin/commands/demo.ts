import { UsageError } from '../errors.ts';
import { type Command, read } from './command.ts';

const MOST_PODS = 2000;

export const demoCommand: Command = {
  usage: 'demo [what]',
  summary: 'Watch a zone-aware rollout in a sandbox cluster, without any cluster of your own',
  description:
    'Starts a cluster inside this process, with nodes in zones and a StatefulSet "ingester", changes its image, and rolls it out with the same code that works on real clusters. Another terminal can look at it with kubectl meanwhile.',
  connects: false,
  positionals: { what: { type: 'string', describe: 'What to show: rollout' } },
  options: {
    pods: { type: 'number', default: 36, describe: 'Pods of the StatefulSet' },
    zones: { type: 'number', default: 3, describe: 'Zones of the cluster' },
    keep: { type: 'boolean', describe: 'Keep the cluster running afterwards, until Ctrl-C' },
    output: {
      alias: 'o',
      type: 'string',
      choices: ['plain', 'json'],
      describe: 'plain or json lines instead of the live view',
    },
  },
  examples: [
    ['kubectl zone demo', 'Roll out 36 pods in 3 zones'],
    ['kubectl zone demo --pods 300 --keep', 'A larger one, and keep the cluster to play with'],
  ],
  async run(args, context) {
    const what = read.text(args, 'what') ?? 'rollout';
    if (what !== 'rollout') throw new UsageError(`there is no demo "${what}"`, 'the demos are: rollout');
    const pods = wholeNumber(args.pods, 'pods', MOST_PODS);
    const zones = wholeNumber(args.zones, 'zones', 26);
    const output = read.text(args, 'output');
    const { demoRollout } = await import('../demo/rollout.ts');
    return demoRollout(
      {
        pods,
        zones,
        keep: read.flag(args, 'keep'),
        output: output === 'json' || output === 'plain' ? output : undefined,
      },
      context,
    );
  },
};

function wholeNumber(value: unknown, name: string, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new UsageError(`--${name}: ${String(value)} is not a whole number from 1 to ${most}`);
}
