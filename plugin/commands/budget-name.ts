import { UsageError } from '../cli/errors.ts';

const WORDS: ReadonlySet<string> = new Set([
  'zdb',
  'zonedisruptionbudget',
  'zonedisruptionbudgets',
  'zonedisruptionbudget.zonecontrol.k8s.aws',
  'zonedisruptionbudgets.zonecontrol.k8s.aws',
  'zonedisruptionbudgets.v1.zonecontrol.k8s.aws',
]);

/**
 * Reads `NAME` or `zdb/NAME`, as kubectl does.
 *
 * @returns the budget's name
 * @throws UsageError for anything else
 */
export function parseBudget(text: string): string {
  const parts = text.split('/');
  const [type = '', name = ''] = parts.length === 1 ? ['zdb', text] : parts;
  if (parts.length > 2 || name === '' || !WORDS.has(type.toLowerCase())) {
    throw new UsageError(
      `"${text}" does not name a zone disruption budget`,
      'write NAME or zdb/NAME, such as zdb/ingester',
    );
  }
  return name;
}
