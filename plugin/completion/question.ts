import type { MemberKind } from '../../shared/rollout/decide/workload-id.ts';
import type { Target } from '../cli/target.ts';

/** Names that a completion has to look up. */
export type Question = KubeconfigQuestion | ClusterQuestion;

export interface KubeconfigQuestion {
  kind: 'kubeconfig';
  of: 'contexts' | 'clusters' | 'users';
}

/** Names from the cluster. */
export type ClusterQuestion =
  | { kind: 'namespaces' | 'nodes' | 'node-labels' | 'zones' | 'budgets' | 'pods' }
  | { kind: 'workloads'; of: MemberKind | 'group' }
  /** Containers of a workload, and the revisions that it can roll back to. */
  | { kind: 'containers' | 'revisions'; of: Target }
  /** As `NAME:PORT`. */
  | { kind: 'services'; namespace: string };

/** A candidate with a short description. */
export interface Candidate {
  name: string;
  /** May be empty. */
  about: string;
}

/** The completions of a command line. */
export interface Decision {
  /** The word being typed. Every candidate begins with it. */
  word: string;
  /** Candidates that need no lookup. */
  fixed: readonly Candidate[];
  asked: Asked | undefined;
  /** Whether the shell completes file names. */
  files: boolean;
}

/** A question, and how names become candidates. */
export interface Asked {
  question: Question;
  /** Text before and after each name. */
  before: string;
  after: string;
  /** Names already given. */
  without: readonly string[];
}

/** No completions. */
export function noCompletion(word: string): Decision {
  return { word, fixed: [], asked: undefined, files: false };
}

/** Candidates that need no lookup. */
export function fixedChoices(word: string, fixed: readonly Candidate[]): Decision {
  return { ...noCompletion(word), fixed };
}

/** Names to look up. */
export function lookUp(
  word: string,
  question: Question,
  how: Partial<Omit<Asked, 'question'>> = {},
): Decision {
  return { ...noCompletion(word), asked: { question, before: '', after: '', without: [], ...how } };
}

/** Candidates without a description. */
export function withoutDescription(words: readonly string[]): Candidate[] {
  return words.map((name) => ({ name, about: '' }));
}
