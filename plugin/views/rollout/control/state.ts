import { oneLine } from '../../../../shared/format.ts';
import type { Orders } from '../../../../shared/rollout/decide/snapshot.ts';
import type { Finding, UndoProposal } from '../../../rollout/reporter.ts';
import type { LogLine } from '../../narration/log-line.ts';

/** The state of the view that keys control. */
export interface ControlState {
  /** Name of the pod under the cursor. */
  cursor: string | undefined;
  panel: Panel | undefined;
  /** The result of the last key. */
  answer: string | undefined;
}

/** The panel that replaces the events. */
export type Panel =
  | { kind: 'pod'; pod: string; findings: readonly Finding[] }
  /** A question, answered with y or n. */
  | { kind: 'undo'; proposal: UndoProposal };

export type ControlAction =
  | { type: 'choose-pod'; pod: string }
  | { type: 'open'; panel: Panel }
  | { type: 'close' }
  | { type: 'answer'; text: string | undefined };

export const NO_CONTROL: ControlState = { cursor: undefined, panel: undefined, answer: undefined };

export function reduceControl(state: ControlState, action: ControlAction): ControlState {
  switch (action.type) {
    case 'choose-pod':
      return { ...state, cursor: action.pod };
    case 'open':
      return { ...state, panel: action.panel };
    case 'close':
      return { ...state, panel: undefined };
    case 'answer':
      return { ...state, answer: action.text };
  }
}

/** Operators' orders since the last observation, from this terminal or another. */
export function orderNews(
  before: Orders & { maxUnavailablePods: number },
  now: Orders & { maxUnavailablePods: number },
  atMs: number,
): LogLine[] {
  const news: LogLine[] = [];
  const say = (text: string) => news.push({ atMs, text: oneLine(text), tone: 'warn' });
  const { paused, maxUnavailableBy: limited, undone } = now;
  if (paused && paused.at !== before.paused?.at) {
    say(`paused by ${paused.by}${paused.reason === '' ? '' : `: ${paused.reason}`}`);
  }
  if (!paused && before.paused) say('resumed');
  if (limited && limited.at !== before.maxUnavailableBy?.at) {
    say(`limit ${now.maxUnavailablePods} down per zone, set by ${limited.by}`);
  }
  if (undone && undone.at !== before.undone?.at) say(`rolled back by ${undone.by}`);
  return news;
}
