/** Kubernetes' int-or-string: a number of pods, or a percentage. */
export type IntOrPercent = { kind: 'count'; count: number } | { kind: 'percent'; percent: number };

/**
 * Parses `4`, `'4'` or `'33%'`.
 *
 * @returns the value, or a sentence that describes the error
 */
export function parseIntOrPercent(value: string | number): IntOrPercent | string {
  const text = String(value).trim();
  const match = /^(\d+)(%?)$/.exec(text);
  if (!match) return `"${text}" is neither a whole number nor a percentage such as 33%`;
  const number = Number(match[1]);
  if (match[2] === '%') {
    return number <= 100 ? { kind: 'percent', percent: number } : `${text} is more than 100%`;
  }
  return Number.isSafeInteger(number) ? { kind: 'count', count: number } : `${text} is too large`;
}

/**
 * Resolves `value` to a number of pods out of `total`. Percentages round up, as in AWS's ZoneAwareUpdate and
 * PodDisruptionBudget's maxUnavailable.
 */
export function resolveIntOrPercent(value: IntOrPercent, total: number): number {
  return value.kind === 'count' ? value.count : Math.ceil((value.percent * total) / 100);
}

/** Formats the value as in a flag or manifest. */
export function formatIntOrPercent(value: IntOrPercent): string {
  return value.kind === 'count' ? String(value.count) : `${value.percent}%`;
}
