import { oneLine } from '../../shared/format.ts';
import { compareText } from '../../shared/kube/zones.ts';
import { bare, type Decision, type Named } from './question.ts';

/**
 * What the shell is to do besides, as bits of a sum: cobra's ShellCompDirective, which kubectl hands on
 * (https://github.com/spf13/cobra/blob/main/completions.go).
 */
export const DIRECTIVE = { none: 0, error: 1, noSpace: 2, noFiles: 4, keepOrder: 32 } as const;

/** Candidates, and what the shell is to do with them. */
export interface Presented {
  candidates: readonly Named[];
  directive: number;
}

/**
 * What a shell expands or runs. No name of Kubernetes has them, but a cluster may answer anything, and kubectl's script
 * for bash passes candidates to `compgen -W`, which carries out what stands in `$(…)`.
 */
const SHELL_CHARACTERS = /[`$\\"'|&;<>(){}[\]*?!#~]/;

/** Nothing at all, not even the names of files. */
export const NO_CANDIDATES: Presented = { candidates: [], directive: DIRECTIVE.noFiles };

/**
 * Makes candidates of a decision and of the names that were found for its question: only those that go on from the
 * word, each once. Names that a shell could not take as a word of one line, or would expand, are left out.
 *
 * @param found in the order in which they shall be shown where the question is for revisions, else in any
 */
export function present({ word, fixed, asked, files }: Decision, found: readonly Named[]): Presented {
  const named = found
    .filter(({ name }) => !asked?.without.includes(name) && !SHELL_CHARACTERS.test(name))
    .map(({ name, about }) => ({
      name: `${asked?.before ?? ''}${name}${asked?.after ?? ''}`,
      about: about.replace(new RegExp(SHELL_CHARACTERS, 'g'), ' '),
    }));
  const keepOrder = asked?.question.kind === 'revisions';
  const offered = new Map<string, Named>();
  for (const each of [...fixed, ...named]) {
    if (!each.name.startsWith(word) || !isPrintable(each.name) || offered.has(each.name)) continue;
    offered.set(each.name, { name: each.name, about: oneLine(each.about) });
  }
  // Where any has a description, kubectl's script for bash compares what is typed with the candidates in quotes, so
  // that `a\,b` does not go on from `a,` (__kubectl_handle_standard_completion_case of `kubectl completion bash`).
  const describable = [...offered.keys()].every((name) => /^[\w@%+=:./-]+$/.test(name));
  const candidates = describable ? [...offered.values()] : bare([...offered.keys()]);
  if (!keepOrder) candidates.sort((a, b) => compareText(a.name, b.name));
  // A space would end what has only begun. With other candidates beside it, none is taken without being chosen.
  const goesOn = candidates.length > 0 && candidates.every(({ name }) => /[/=:]$/.test(name));
  return {
    candidates,
    directive:
      (goesOn ? DIRECTIVE.noSpace : 0) +
      (files ? DIRECTIVE.none : DIRECTIVE.noFiles) +
      (keepOrder ? DIRECTIVE.keepOrder : 0),
  };
}

/** A line starting with a colon could be taken for the directive, and one with cobra's marker for a help text. */
function isPrintable(name: string): boolean {
  return name !== '' && oneLine(name) === name && !name.startsWith(':') && !name.startsWith('_activeHelp_');
}

/** The answer as kubectl reads it: a candidate a line, a tab before its description, and the directive at the end. */
export function completionText({ candidates, directive }: Presented): string {
  const lines = candidates.map(({ name, about }) => (about === '' ? name : `${name}\t${about}`));
  return [...lines, `:${directive}`, ''].join('\n');
}
