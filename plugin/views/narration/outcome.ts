import { oneLine } from '../../../shared/format.ts';

/** How a rollout or a drain ended. */
export interface FinishedFields {
  outcome: 'done' | 'stopped' | 'interrupted' | 'failed';
  reason: string;
}

const HEADINGS: Readonly<Record<FinishedFields['outcome'], string>> = {
  done: 'done',
  stopped: 'stopped safely',
  interrupted: 'interrupted safely',
  failed: 'failed',
};

/** How it ended and why; a reason of several lines, for example with the command that resumes, keeps them. */
export function outcomeLines({ outcome, reason }: FinishedFields): string[] {
  const [first = '', ...others] = reason.split('\n').map(oneLine);
  return [`${HEADINGS[outcome]}: ${first}`, ...others];
}

/** One line per figure, aligned. */
export function figureLines(figures: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...figures.map(([name]) => name.length)) + 1;
  return figures.map(([name, value]) => `  ${`${name}:`.padEnd(width)}  ${value}`);
}

/**
 * The largest number of zones with unavailable pods at the same time.
 *
 * @param together 0 if never more than one
 * @param pods that were made unavailable
 */
export function mostZonesDown(together: number, pods: number): number {
  return Math.max(together, pods > 0 ? 1 : 0);
}
