import type { Finding, RuleText } from './finding.ts';
import type { CheckInput, Topic } from './input.ts';

/** A problem that a rule has found in a workload. */
export interface Problem extends Pick<Finding, 'evidence' | 'consequence' | 'fix'> {
  patches?: Finding['patches'];
  /** Lower than the rule's own, if the impact is lower. */
  severity?: RuleText['severity'];
}

/** A rule: a description, and a pure function that finds problems. */
export interface Rule extends RuleText {
  /** Without these it cannot be checked. */
  needs?: readonly Topic[];
  /** Without these it may miss problems. */
  wants?: readonly Topic[];
  /** Whether it applies to this workload at all; if not, its missing objects do not matter. */
  concerns?(input: CheckInput): boolean;
  /** @returns nothing if it does not apply, or there is no problem */
  check(input: CheckInput): readonly Problem[];
}
