import type { DrainEvent, DrainFinished, Leftover } from '../../drain/events.ts';
import type { Teller } from '../narration/sentence.ts';
import { type DrainNarration, NOTHING_TOLD } from './narration/memory.ts';
import { narrateDrain, progressSentence } from './narration/narrate.ts';
import { drainSummaryLines } from './summary.ts';

/** How a drain is told line by line. */
export function drainTeller(leftover: Leftover | undefined): Teller<DrainEvent, DrainNarration> {
  return {
    nothingTold: NOTHING_TOLD,
    tell: narrateDrain,
    closing: (event) => (event.type === 'finished' ? closingLines(event, leftover) : []),
    inSilence: progressSentence,
  };
}

/** The figures of a drain that has ended, and what is to be known about the nodes. */
export function closingLines(finished: DrainFinished, leftover: Leftover | undefined): string[] {
  return drainSummaryLines(finished.summary, leftover?.(finished));
}
