import type { Target } from '../cli/target.ts';

/** What a completion has to look up. */
export type Question = KubeconfigQuestion | ClusterQuestion;

export interface KubeconfigQuestion {
  kind: 'kubeconfig';
  of: 'contexts' | 'clusters' | 'users';
}

/** What only the cluster knows. */
export type ClusterQuestion =
  | { kind: 'namespaces' | 'nodes' | 'zones' | 'budgets' | 'pods' }
  | { kind: 'workloads'; of: Target['kind'] }
  /** Containers of a workload, and the revisions that it can go back to. */
  | { kind: 'containers' | 'revisions'; of: Target }
  /** As `NAME:PORT`, in the namespace of the command line unless told. */
  | { kind: 'services'; namespace: string };

/** A name, and in a few words what bears it. */
export interface Named {
  name: string;
  /** Empty where there is nothing to say. */
  about: string;
}

/** What the words so far call for. */
export interface Decision {
  /** What is being typed. Every candidate begins with it. */
  word: string;
  /** Candidates that need no question. */
  fixed: readonly Named[];
  asked: Asked | undefined;
  /** The shell completes names of files. */
  files: boolean;
}

/** A question, and how its names become candidates. */
export interface Asked {
  question: Question;
  /** Text in front of each name, and behind it. */
  before: string;
  after: string;
  /** Names that have been given already. */
  without: readonly string[];
}

/** Nothing can be said about this place. */
export function nothing(word: string): Decision {
  return { word, fixed: [], asked: undefined, files: false };
}

/** Candidates that are known beforehand. */
export function known(word: string, fixed: readonly Named[]): Decision {
  return { ...nothing(word), fixed };
}

/** Names that somebody else knows. */
export function ask(word: string, question: Question, how: Partial<Omit<Asked, 'question'>> = {}): Decision {
  return { ...nothing(word), asked: { question, before: '', after: '', without: [], ...how } };
}

/** Words without anything to say about them. */
export function bare(words: readonly string[]): Named[] {
  return words.map((name) => ({ name, about: '' }));
}
