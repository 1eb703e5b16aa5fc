import type { ConnectOptions } from '../../shared/kube/connect.ts';
import { listNames } from '../../shared/sentences.ts';
import { quoteWord } from '../cli/quote.ts';
import type { DrainOutcome } from './events.ts';

export interface DrainLeftover {
  outcome: DrainOutcome;
  /** Nodes left cordoned. */
  cordoned: readonly string[];
  /** The command that resumes the drain. */
  commandLine: string;
  /** How the cluster was reached, so that the commands reach the same one. */
  connection: ConnectOptions;
}

/**
 * What a drain leaves behind, and the commands that resume or undo it.
 *
 * @returns lines to print; none if the drain is done and has left no node cordoned
 */
export function tellUndo({ outcome, cordoned, commandLine, connection }: DrainLeftover): string[] {
  const uncordon = [kubectl(connection), 'uncordon', ...cordoned].join(' ');
  const nodes = `${cordoned.length} ${cordoned.length === 1 ? 'node is' : 'nodes are'}`;
  if (outcome === 'done') {
    return cordoned.length === 0
      ? []
      : [`${nodes} left cordoned: ${listNames(cordoned)}`, `  to uncordon: ${uncordon}`];
  }
  if (cordoned.length === 0) return ['no node is left cordoned', `  to continue: ${commandLine}`];
  return [
    `${nodes} left cordoned: ${listNames(cordoned)}`,
    `  to continue: ${commandLine}`,
    `  to undo:     ${uncordon}`,
  ];
}

/** kubectl with the same cluster and user. A token is omitted: it must not appear in a log. */
function kubectl(connection: ConnectOptions): string {
  const { kubeconfig, context, cluster, user, server, as, asGroups = [] } = connection;
  const flags: [string, string | undefined][] = [
    ['kubeconfig', kubeconfig],
    ['context', context],
    ['cluster', cluster],
    ['user', user],
    ['server', server],
    ['as', as],
    ...asGroups.map((group): [string, string] => ['as-group', group]),
  ];
  const given = flags.flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${quoteWord(value)}`],
  );
  return ['kubectl', ...given].join(' ');
}
