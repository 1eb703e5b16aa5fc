import { type LabelSelector, matchesLabels } from './selectors.ts';

export type LabelMatcher = (labels: Readonly<Record<string, string>>) => boolean;

/** An optional DNS prefix with a slash, and a name. */
const KEY = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?`;
const VALUE = String.raw`(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)?`;

/** The expressions below may take quadratic time. */
const LONGEST_TEXT = 4096;

const ONLY_KEY = new RegExp(`^${KEY}$`);
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(${VALUE})$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(((?:\\s*${VALUE}\\s*,)*\\s*${VALUE}\\s*)\\)$`);
const COMPARISON = new RegExp(`^(${KEY})\\s*([<>])\\s*(-?\\d+)$`);

/**
 * Parses a label selector as kubectl's `-l` accepts it: `app=a,tier!=b,zone in (x,y),zone notin
 * (z),ring,!canary,size>3`. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api
 *
 * @returns a matcher (an empty selector matches everything), or a sentence that describes the error
 */
export function parseSelector(text: string): LabelMatcher | string {
  const matchers: LabelMatcher[] = [];
  if (text.trim() === '') return () => true;
  if (text.length > LONGEST_TEXT) return 'a label selector has 4096 characters at most';
  for (const part of requirementsOf(text)) {
    const matcher = parseRequirement(part.trim());
    if (!matcher) return `"${part.trim() || text}" is not a label selector such as app=ingester`;
    matchers.push(matcher);
  }
  return (labels) => matchers.every((matches) => matches(labels));
}

const LONGEST_KEY = 253 + 1 + 63;

/** Whether the text can be the key of a label: an optional DNS prefix with a slash, and a name. */
export function isLabelKey(text: string): boolean {
  return text.length <= LONGEST_KEY && ONLY_KEY.test(text);
}

/** Splits at commas outside parentheses. */
function requirementsOf(text: string): string[] {
  const parts = [''];
  let inside = false;
  for (const character of text) {
    if (character === '(') inside = true;
    if (character === ')') inside = false;
    if (character === ',' && !inside) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function parseRequirement(part: string): LabelMatcher | undefined {
  const [, not, existing = ''] = EXISTS.exec(part) ?? [];
  if (not !== undefined) return requirement(existing, not === '' ? 'Exists' : 'DoesNotExist');
  const [, equalKey, sign, value = ''] = EQUALITY.exec(part) ?? [];
  if (equalKey !== undefined) return requirement(equalKey, sign === '!=' ? 'NotIn' : 'In', [value]);
  const [, setKey, operator, values = ''] = SET.exec(part) ?? [];
  if (setKey !== undefined) {
    const all = values.split(',').map((each) => each.trim());
    return requirement(setKey, operator === 'in' ? 'In' : 'NotIn', all);
  }
  const [, comparedKey, relation, bound] = COMPARISON.exec(part) ?? [];
  return comparedKey === undefined ? undefined : comparison(comparedKey, relation === '>', Number(bound));
}

function requirement(key: string, operator: string, values: readonly string[] = []): LabelMatcher {
  const selector: LabelSelector = { matchExpressions: [{ key, operator, values }] };
  return (labels) => matchesLabels(selector, labels);
}

/** `size>3`: matches only if the label is an integer; selectors in objects do not support it. */
function comparison(key: string, greater: boolean, bound: number): LabelMatcher {
  return (labels) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (value === undefined || !/^-?\d+$/.test(value)) return false;
    return greater ? Number(value) > bound : Number(value) < bound;
  };
}
