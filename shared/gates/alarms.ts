/** Converts CloudWatch alarms to gate states. Pure. */

import { oneLine } from '../format.ts';
import type { GateState } from '../rollout/decide/types.ts';

/** The fields of a metric or composite alarm that a gate needs, with the SDK's names. */
export interface Alarm {
  AlarmName?: string | undefined;
  StateValue?: string | undefined;
  StateReason?: string | undefined;
  StateUpdatedTimestamp?: Date | undefined;
}

/** Maximum number of alarms in one DescribeAlarms request, and in one page of its response. */
export const MOST_ALARMS = 100;

const LONGEST_REASON = 200;

/** Name of the gate, as in "CloudWatch alarm errors-high is closed". */
export function alarmGateName(alarmName: string): string {
  return `CloudWatch alarm ${alarmName}`;
}

/**
 * The gates of these alarms, in this order.
 *
 * @param strict whether INSUFFICIENT_DATA closes the gate
 */
export function alarmGates(
  names: readonly string[],
  alarms: readonly Alarm[],
  strict: boolean,
): readonly GateState[] {
  const byName = new Map(alarms.map((alarm) => [alarm.AlarmName, alarm]));
  return names.map((name) => alarmGate(name, byName.get(name), strict));
}

function alarmGate(alarmName: string, alarm: Alarm | undefined, strict: boolean): GateState {
  const name = alarmGateName(alarmName);
  if (alarm === undefined) {
    return { name, state: 'unknown', reason: 'the alarm no longer exists in CloudWatch' };
  }
  switch (alarm.StateValue) {
    case 'OK':
      return { name, state: 'open', reason: 'OK' };
    case 'ALARM':
      return { name, state: 'closed', reason: explain(alarm) };
    case 'INSUFFICIENT_DATA':
      return strict
        ? { name, state: 'closed', reason: `${explain(alarm)} (--strict-alarms)` }
        : { name, state: 'open', reason: 'INSUFFICIENT_DATA, which counts only with --strict-alarms' };
    default:
      return {
        name,
        state: 'unknown',
        reason: `CloudWatch reports an unknown state: ${oneLine(alarm.StateValue ?? 'none')}`,
      };
  }
}

/** `ALARM since 2026-01-01T12:00:00Z: Threshold Crossed: …` */
function explain({ StateValue, StateReason, StateUpdatedTimestamp }: Alarm): string {
  const since = StateUpdatedTimestamp
    ? ` since ${StateUpdatedTimestamp.toISOString().replace(/\.\d+/, '')}`
    : '';
  const reason = oneLine(StateReason ?? '').slice(0, LONGEST_REASON);
  return `${StateValue}${since}${reason === '' ? '' : `: ${reason}`}`;
}
