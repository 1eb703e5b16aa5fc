import type { Finding, UndoProposal } from '../../../rollout/reporter.ts';

/** What the keys have made of the view, beside the rollout itself. */
export interface ControlState {
  /** Name of the pod under the cursor. */
  cursor: string | undefined;
  panel: Panel | undefined;
  /** What the last key has done. */
  answer: string | undefined;
}

/** What is open in the place of the events. */
export type Panel =
  | { kind: 'pod'; pod: string; findings: readonly Finding[] }
  /** A question, to be answered with y or n. */
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
