import { abortable, startDeadline } from '../../shared/kube/deadline.ts';
import type { Arguments, Command } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeDocument } from '../cli/output.ts';
import { decideCompletion } from './decide.ts';
import { findPlace, type Place } from './place.ts';
import { completionText, NO_CANDIDATES, type Presented, present } from './present.ts';
import type { Candidate, Question } from './question.ts';

/**
 * How long a completion may take: for the cluster, unless the line has `--request-timeout`, and before that for a
 * credential plugin, which may have to request a token. Later results are not shown.
 */
const PATIENCE = { requestsMs: 1_000, credentialsMs: 3_000 };

/**
 * Answers a completion request of a shell, in the protocol that kubectl uses for `kubectl_complete-…` executables
 * (kubectl's pkg/cmd/plugin/plugin_completion.go). stdout gets the candidates and the directive; stderr stays empty in
 * all cases: what cannot be looked up is not offered.
 *
 * @param words the words after `kubectl zone`; the last one is being typed and may be empty
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
  // A DNS lookup cannot be aborted, and waiting for it can take half a minute with an unreachable resolver.
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
  // Candidates that need no cluster are offered without one.
  const found = await namesFor(asked.question, flagsOf(place), context, onLate).catch(() => []);
  return present(decision, found);
}

async function namesFor(
  question: Question,
  flags: Arguments,
  context: Context,
  onLate: () => Error,
): Promise<Candidate[]> {
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

/** The flags as yargs would parse them, without a namespace that is being completed. */
function flagsOf({ given }: Place): Arguments {
  return Object.fromEntries([...given].map(([name, values]) => [name, values.map(switchOr)]));
}

function switchOr(value: string): string | boolean {
  return value === 'true' ? true : value;
}
