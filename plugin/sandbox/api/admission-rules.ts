import { type Fields, isFields } from '../store/object.ts';
import type { AdmissionQuestion } from './admission-review.ts';

/** Whether one of a webhook's rules names what is written. */
export function matchesRules(
  webhook: Fields,
  { operation, resource, subresource }: AdmissionQuestion,
): boolean {
  const wanted = subresource ? `${resource.plural}/${subresource}` : resource.plural;
  const patterns = [wanted, '*/*', ...(subresource ? [`${resource.plural}/*`, `*/${subresource}`] : ['*'])];
  const rules = Array.isArray(webhook.rules) ? webhook.rules.filter(isFields) : [];
  return rules.some((rule) => {
    const scope = rule.scope ?? '*';
    return (
      contains(rule.operations, operation, '*') &&
      contains(rule.apiGroups, resource.group, '*') &&
      contains(rule.apiVersions, resource.version, '*') &&
      contains(rule.resources, ...patterns) &&
      (scope === '*' || (scope === 'Namespaced') === resource.namespaced)
    );
  });
}

function contains(values: unknown, ...wanted: readonly string[]): boolean {
  return Array.isArray(values) && values.some((value) => wanted.includes(value));
}
