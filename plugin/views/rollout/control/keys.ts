import type { RolloutControls, UndoProposal } from '../../../rollout/reporter.ts';
import type { ViewAction, ViewState } from '../reducer.ts';
import { firstToExplain, movedCursor } from './cursor.ts';

/** The view that the keys control. */
export interface ControlledView {
  readonly state: ViewState;
  dispatch(action: ViewAction): void;
}

/** Performs the action of a key. Does nothing while quitting, and after the end. */
export function pressKey(key: string, view: ControlledView, controls: RolloutControls): void {
  const { control, quitting, finished } = view.state;
  if (quitting || finished) return;
  if (control.panel?.kind === 'undo') answerQuestion(key, view, control.panel.proposal);
  else if (key === 'p') showAnswer(view, controls.togglePause());
  else if (key === '+' || key === '=') showAnswer(view, controls.changeMaxUnavailable(1));
  else if (key === '-') showAnswer(view, controls.changeMaxUnavailable(-1));
  else if (key === 'u') askToUndo(view, controls);
  else if (key === 'escape') close(view);
  else lookAtPods(key, view, controls);
}

/** Refreshes an open explanation. */
export function refreshPanel(view: ControlledView, controls: RolloutControls): void {
  const { panel } = view.state.control;
  if (panel?.kind === 'pod') explain(panel.pod, view, controls);
}

/** Only y confirms, and only after the question was asked. */
function answerQuestion(key: string, view: ControlledView, proposal: UndoProposal): void {
  if (key === 'y') {
    view.dispatch({ type: 'close' });
    showAnswer(view, proposal.confirm());
  } else if (key === 'n' || key === 'escape') {
    view.dispatch({ type: 'close' });
    view.dispatch({ type: 'answer', text: 'nothing was undone' });
  }
}

function askToUndo(view: ControlledView, controls: RolloutControls): void {
  view.dispatch({ type: 'answer', text: 'looking for the previous revision' });
  void controls.planUndo().then((proposal) => {
    const asks = typeof proposal !== 'string';
    view.dispatch({ type: 'answer', text: asks ? undefined : proposal });
    if (asks && !view.state.quitting) view.dispatch({ type: 'open', panel: { kind: 'undo', proposal } });
  });
}

function showAnswer(view: ControlledView, answer: Promise<string>): void {
  view.dispatch({ type: 'answer', text: 'asking the API server' });
  void answer.then((text) => view.dispatch({ type: 'answer', text }));
}

function close(view: ControlledView): void {
  if (view.state.control.panel) view.dispatch({ type: 'close' });
  else if (view.state.help) view.dispatch({ type: 'toggle-help' });
  else view.dispatch({ type: 'answer', text: undefined });
}

function lookAtPods(key: string, view: ControlledView, controls: RolloutControls): void {
  const { control, latest } = view.state;
  if (!latest) return;
  if (key === 'enter') {
    if (control.panel) view.dispatch({ type: 'close' });
    else explain(control.cursor ?? firstToExplain(latest.snapshot), view, controls);
    return;
  }
  const pod = movedCursor(latest.snapshot, control.cursor, key);
  if (pod === undefined) return;
  view.dispatch({ type: 'choose-pod', pod });
  if (control.panel) explain(pod, view, controls);
}

function explain(pod: string | undefined, view: ControlledView, controls: RolloutControls): void {
  if (pod === undefined) return;
  if (view.state.control.cursor !== pod) view.dispatch({ type: 'choose-pod', pod });
  view.dispatch({ type: 'open', panel: { kind: 'pod', pod, findings: controls.explain(pod) } });
}
