import type { DriveContext } from '../../shared/drive/operator.ts';
import type { Context } from './context.ts';
import { writeLine } from './output.ts';
import { confirm } from './questions.ts';

/** The user of this terminal, for a rollout: messages go to stderr; questions are asked only on a terminal. */
export function driveContext(context: Context): DriveContext {
  const { clock, random, processIdentity, stdin, stderr } = context;
  return {
    clock,
    random,
    processIdentity,
    operator: {
      say: (line) => writeLine(stderr, line),
      get answers() {
        return stdin.isTTY === true && stderr.isTTY === true;
      },
      confirm: (question, wayOut) => confirm(question, context, wayOut),
    },
  };
}
