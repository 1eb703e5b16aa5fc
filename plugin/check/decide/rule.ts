import type { Finding, RuleText } from './finding.ts';
import type { CheckInput, Topic } from './input.ts';

/** What a rule has against a workload. */
export interface Complaint extends Pick<Finding, 'evidence' | 'consequence' | 'fix'> {
  patches?: Finding['patches'];
  /** Milder than the rule's own, where less is at stake. */
  severity?: RuleText['severity'];
}

/** One rule: a text, and a pure function that finds what is wrong. */
export interface Rule extends RuleText {
  /** Without these it can say nothing. */
  needs?: readonly Topic[];
  /** Without these it may miss something. */
  wants?: readonly Topic[];
  /** Whether it may have anything to say of this workload: where not, nothing that it needs is missed. */
  concerns?(input: CheckInput): boolean;
  /** @returns nothing where it does not apply, or where all is well */
  check(input: CheckInput): readonly Complaint[];
}
