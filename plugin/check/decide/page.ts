import { RULE_GROUPS } from './registry.ts';
import type { Rule } from './rule.ts';

/** The rules as a page of Markdown. */
export function checksPage(): string {
  const sections = RULE_GROUPS.flatMap(({ title, rules }) => [`## ${title}`, ...rules.map(entry)]);
  return `${[...INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const INTRODUCTION = [
  '# What `kubectl zone check` looks for',
  'Written by `node docs/checks.ts` from the rules in `plugin/check/decide/rules`.',
  'An **error** costs clients requests, or data, at the next rollout or drain, or makes one impossible; with one the exit code is 1. A **warning** does so under conditions that are not rare. An **info** is advice. A rule whose objects may not be read is told as **skipped**: it has not passed.',
];

function entry({ id, severity, title, why, source }: Rule): string {
  return [`### ${id}`, `**${severity}** · ${title}`, why, `Source: <${source}>`].join('\n\n');
}
