import { UsageError } from '../cli/errors.ts';

const RESOURCE_NAMES: ReadonlySet<string> = new Set([
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
  if (parts.length > 2 || name === '' || !RESOURCE_NAMES.has(type.toLowerCase())) {
    throw new UsageError(
      `"${text}" is not the name of a zone disruption budget`,
      'use NAME or zdb/NAME, for example zdb/ingester',
    );
  }
  return name;
}
