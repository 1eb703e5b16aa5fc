import { oneLine } from '../../shared/format.ts';
import { compareText } from '../../shared/kube/zones.ts';
import { type Candidate, type Decision, withoutDescription } from './question.ts';

/**
 * Instructions to the shell as a bit mask: cobra's ShellCompDirective, which kubectl passes on
 * (https://github.com/spf13/cobra/blob/main/completions.go).
 */
export const DIRECTIVE = { none: 0, error: 1, noSpace: 2, noFiles: 4, keepOrder: 32 } as const;

/** Candidates, and how the shell should treat them. */
export interface Presented {
  candidates: readonly Candidate[];
  directive: number;
}

/**
 * Characters that a shell expands or executes. Names in Kubernetes do not contain them, but a malicious cluster may return
 * anything, and kubectl's bash script passes candidates to `compgen -W`, which executes `$(…)`.
 */
const SHELL_CHARACTERS = /[`$\\"'|&;<>(){}[\]*?!#~]/;

/** No candidates, not even file names. */
export const NO_CANDIDATES: Presented = { candidates: [], directive: DIRECTIVE.noFiles };

/**
 * Builds the candidates from a decision and the names found for its question: only those that begin with the word, each
 * once. Names that are not a single word on one line, or that a shell would expand, are omitted.
 *
 * @param found in display order if the question is for revisions, otherwise in any order
 */
export function present({ word, fixed, asked, files }: Decision, found: readonly Candidate[]): Presented {
  const named = found
    .filter(({ name }) => !asked?.without.includes(name) && !SHELL_CHARACTERS.test(name))
    .map(({ name, about }) => ({
      name: `${asked?.before ?? ''}${name}${asked?.after ?? ''}`,
      about: about.replace(new RegExp(SHELL_CHARACTERS, 'g'), ' '),
    }));
  const keepOrder = asked?.question.kind === 'revisions';
  const offered = new Map<string, Candidate>();
  for (const each of [...fixed, ...named]) {
    if (!each.name.startsWith(word) || !isPrintable(each.name) || offered.has(each.name)) continue;
    offered.set(each.name, { name: each.name, about: oneLine(each.about) });
  }
  // If any candidate has a description, kubectl's bash script compares the typed word with quoted candidates, so that
  // `a\,b` does not match `a,` (__kubectl_handle_standard_completion_case of `kubectl completion bash`).
  const describable = [...offered.keys()].every((name) => /^[\w@%+=:./-]+$/.test(name));
  const candidates = describable ? [...offered.values()] : withoutDescription([...offered.keys()]);
  if (!keepOrder) candidates.sort((a, b) => compareText(a.name, b.name));
  // A space would end a partial word. With several candidates the shell adds none.
  const goesOn = candidates.length > 0 && candidates.every(({ name }) => /[/=:]$/.test(name));
  return {
    candidates,
    directive:
      (goesOn ? DIRECTIVE.noSpace : 0) +
      (files ? DIRECTIVE.none : DIRECTIVE.noFiles) +
      (keepOrder ? DIRECTIVE.keepOrder : 0),
  };
}

/** A line starting with a colon could be mistaken for the directive, and one with cobra's marker for a help text. */
function isPrintable(name: string): boolean {
  return name !== '' && oneLine(name) === name && !name.startsWith(':') && !name.startsWith('_activeHelp_');
}

/** The answer in kubectl's format: one candidate per line, a tab before its description, and the directive at the end. */
export function completionText({ candidates, directive }: Presented): string {
  const lines = candidates.map(({ name, about }) => (about === '' ? name : `${name}\t${about}`));
  return [...lines, `:${directive}`, ''].join('\n');
}
