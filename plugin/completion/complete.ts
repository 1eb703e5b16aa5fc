import { abortable, startDeadline } from '../../shared/kube/deadline.ts';
import type { Arguments, Command } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeDocument } from '../cli/output.ts';
import { decideCompletion } from './decide.ts';
import { findPlace, type Place } from './place.ts';
import { completionText, NO_CANDIDATES, type Presented, present } from './present.ts';
import type { Named, Question } from './question.ts';

/**
 * How long somebody who pressed a key waits: for the cluster, unless the line has `--request-timeout`, and before
 * that for a credential plugin, which may have to ask its cloud for a token. What comes later is not shown.
 */
const PATIENCE = { requestsMs: 1_000, credentialsMs: 3_000 };

/**
 * Answers a shell that completes a command line, as kubectl asks the executables that are called `kubectl_complete-…`
 * (kubectl's pkg/cmd/plugin/plugin_completion.go). stdout gets the candidates and the directive, stderr nothing
 * whatever happens: what cannot be found out is not offered.
 *
 * @param words what was typed after `kubectl zone`; the last one is being typed and may be empty
 */
export async function complete(
  words: readonly string[],
  commands: readonly Command[],
  context: Context,
): Promise<ExitCode> {
  let late = false;
  const onLate = () => {
    late = true;
    return new Error('too late');
  };
  const presented = await candidatesFor(words, commands, context, onLate).catch(() => NO_CANDIDATES);
  await new Promise<void>((resolve) => writeDocument(context.stdout, completionText(presented), resolve));
  // The lookup of a name cannot be called off, nor waited for: with a dead resolver it takes half a minute.
  if (late) context.abandon?.();
  return EXIT.done;
}

async function candidatesFor(
  words: readonly string[],
  commands: readonly Command[],
  context: Context,
  onLate: () => Error,
): Promise<Presented> {
  const place = findPlace(words, commands);
  const decision = decideCompletion(place, commands);
  const { asked } = decision;
  if (!asked) return present(decision, []);
  // What needs no cluster is offered without it.
  const found = await namesFor(asked.question, flagsOf(place), context, onLate).catch(() => []);
  return present(decision, found);
}

async function namesFor(
  question: Question,
  flags: Arguments,
  context: Context,
  onLate: () => Error,
): Promise<Named[]> {
  const options = connectionOptions(flags);
  if (question.kind === 'kubeconfig') {
    const { kubeconfigNames } = await import('./kubeconfig-names.ts');
    return kubeconfigNames(question, options.kubeconfig, context.env);
  }
  const { findNames } = await import('./find-names.ts');
  const credentials = startDeadline(context.clock, PATIENCE.credentialsMs, onLate);
  const requestTimeoutMs = options.requestTimeoutMs ?? PATIENCE.requestsMs;
  const connecting = context.connect({ ...options, requestTimeoutMs });
  const kube = await abortable(connecting, credentials.signal).finally(credentials.clear);
  const requests = startDeadline(context.clock, requestTimeoutMs, onLate);
  try {
    return await abortable(findNames(kube, question, requests.signal), requests.signal);
  } finally {
    requests.end();
    await kube.close();
  }
}

/** The flags in the form that yargs would give them. A namespace that is being completed is not among them. */
function flagsOf({ given }: Place): Arguments {
  return Object.fromEntries([...given].map(([name, values]) => [name, values.map(switchOr)]));
}

function switchOr(value: string): string | boolean {
  return value === 'true' ? true : value;
}
