import type { GateSource } from '../../../shared/gates/gate.ts';
import type { GateState } from '../../../shared/rollout/decide/types.ts';

/** One question that the source was asked, to be answered when the test wants it. */
export interface Question {
  signal: AbortSignal;
  answer(state: GateState['state'], reason?: string): void;
  fail(error: unknown): void;
}

/** A source with one gate that answers when it is told to. */
export interface ScriptedSource extends GateSource {
  questions: Question[];
  /** Resolves with the question of this number, from 1, once it is asked. */
  asked(number: number): Promise<Question>;
  closed: boolean;
}

export function scriptedSource(name: string): ScriptedSource {
  const waiting: { number: number; resolve: (question: Question) => void }[] = [];
  const source: ScriptedSource = {
    source: name,
    names: [`gate of ${name}`],
    questions: [],
    closed: false,
    check(signal) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly GateState[]>();
      const question: Question = {
        signal,
        answer: (state, reason = state) => resolve([{ name: `gate of ${name}`, state, reason }]),
        fail: reject,
      };
      source.questions.push(question);
      for (const waiter of waiting) {
        if (waiter.number === source.questions.length) waiter.resolve(question);
      }
      return promise;
    },
    close() {
      source.closed = true;
    },
    asked(number) {
      const question = source.questions[number - 1];
      if (question) return Promise.resolve(question);
      return new Promise((resolve) => waiting.push({ number, resolve }));
    },
  };
  return source;
}
