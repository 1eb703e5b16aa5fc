import { choice } from '../cli/choice.ts';
import { type Command, read } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { type ExitCode, UsageError } from '../cli/errors.ts';
import { EVENT_OUTPUT_HELP, EVENT_OUTPUTS } from '../cli/print-data.ts';
import { runCommandLine } from '../cli/registry.ts';
import type { DemoHost, DemoOptions } from '../demo/stage.ts';
import { checkCommand } from './check.ts';
import { rolloutCommand } from './rollout.ts';

const MOST_PODS = 2000;

type ShowDemo = (options: DemoOptions, context: Context, host: DemoHost) => Promise<ExitCode>;

interface NamedDemo {
  /** Loaded only when it is shown. */
  load(): Promise<ShowDemo>;
  /** Default of --pods. */
  pods: number;
}

const DEMOS: Readonly<Record<string, NamedDemo>> = {
  rollout: { load: async () => (await import('../demo/rollout.ts')).demoRollout, pods: 36 },
  drain: { load: async () => (await import('../demo/drain.ts')).demoDrain, pods: 36 },
  flush: { load: async () => (await import('../demo/flush/flush.ts')).demoFlush, pods: 3 },
  'zero-downtime': {
    load: async () => (await import('../demo/zero-downtime/zero-downtime.ts')).demoZeroDowntime,
    pods: 5,
  },
};
const NAMES = Object.keys(DEMOS).join(', ');

/** The views and commands that demos use. */
export async function demoHost(): Promise<DemoHost> {
  const views = await import('../views/open.ts');
  return {
    ...views,
    runCommand: (words, context) => runCommandLine([rolloutCommand, checkCommand], words, context),
  };
}

export const demoCommand: Command = {
  usage: 'demo [what]',
  summary: 'Watch a zone-aware rollout or drain in a sandbox cluster; needs no cluster of your own',
  description:
    'Starts a cluster inside this process, with nodes in zones and a StatefulSet "ingester", and rolls out a new image, or drains half of the nodes, with the same code that runs against real clusters. flush rolls out ingesters that write their memory to a store when they exit, once with a plain Deployment and once with kubectl zone, and compares the load on the store; this takes about a minute. zero-downtime updates a web server behind a load balancer under load, once as deployed and once after kubectl zone check --fix, and compares the failed requests; this takes a little longer. The cluster can be inspected with kubectl from another terminal.',
  connects: false,
  positionals: { what: { type: 'string', describe: `Demo to run: ${NAMES}; rollout by default` } },
  options: {
    pods: {
      type: 'number',
      describe: 'Pods of the workload',
      defaultDescription: '36, 3 for flush, and 5 for zero-downtime',
    },
    zones: { type: 'number', default: 3, describe: 'Zones of the cluster' },
    keep: { type: 'boolean', describe: 'Keep the cluster running afterwards, until Ctrl-C' },
    output: { alias: 'o', type: 'string', describe: EVENT_OUTPUT_HELP },
  },
  choices: { what: Object.keys(DEMOS), output: EVENT_OUTPUTS },
  examples: [
    ['kubectl zone demo', 'Roll out 36 pods in 3 zones'],
    ['kubectl zone demo drain', 'Drain the old half of the nodes'],
    ['kubectl zone demo flush', 'A plain rolling update overloads a store; this one does not'],
    ['kubectl zone demo zero-downtime', 'A rolling update loses requests; after check --fix it does not'],
    ['kubectl zone demo --pods 300 --keep', 'A larger cluster, kept running afterwards'],
  ],
  async run(args, context) {
    const what = read.text(args, 'what') ?? 'rollout';
    const demo = DEMOS[what];
    if (!demo) throw new UsageError(`unknown demo "${what}"`, `available demos: ${NAMES}`);
    const pods = wholeNumber(args.pods ?? demo.pods, 'pods', MOST_PODS);
    const zones = wholeNumber(args.zones, 'zones', 26);
    const [show, host] = await Promise.all([demo.load(), demoHost()]);
    return show(
      {
        pods,
        zones,
        keep: read.flag(args, 'keep'),
        output: choice(args, 'output', EVENT_OUTPUTS),
      },
      context,
      host,
    );
  },
};

function wholeNumber(value: unknown, name: string, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new UsageError(`--${name}: ${String(value)} is not a whole number from 1 to ${most}`);
}
