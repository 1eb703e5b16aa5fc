import { oneLine } from '../format.ts';
import type { GateSource } from './gate.ts';
import { judgeReply } from './prometheus-answer.ts';
import type { AskPrometheus } from './prometheus-ask.ts';

const LONGEST_QUERY = 60;

/** A query as a gate: closed while it returns a result, like an alert expression while the alert fires. */
export function prometheusGate(query: string, ask: AskPrometheus): GateSource {
  const line = oneLine(query).replace(/\s+/g, ' ');
  const shown = line.length <= LONGEST_QUERY ? line : `${line.slice(0, LONGEST_QUERY)}…`;
  const name = `Prometheus query ${shown}`;
  return {
    source: 'Prometheus',
    names: [name],
    async check(signal) {
      return [{ name, ...judgeReply(await ask(query, signal)) }];
    },
    close() {},
  };
}
