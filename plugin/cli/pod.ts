import { UsageError } from './errors.ts';

/**
 * Parses `pod/NAME`, `pod NAME` or `NAME`.
 *
 * @returns the pod's name
 * @throws UsageError for anything else
 */
export function parsePod(words: readonly string[]): string {
  const parts = words.flatMap((word) => word.split('/'));
  const [type = '', name] = parts.length === 1 ? ['pod', parts[0]] : parts;
  if (parts.length > 2 || !name || !['pod', 'pods', 'po'].includes(type.toLowerCase())) {
    throw new UsageError(
      `"${words.join(' ')}" is not the name of a pod`,
      'use pod/NAME, for example pod/ingester-0',
    );
  }
  return name;
}
