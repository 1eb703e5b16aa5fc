/** A zone as it stands before a colon or in a column. */
export function nameZone(zone: string | null): string {
  return zone ?? 'no zone label';
}

/**
 * Names without the domain that all of them share: on most clouds the beginning tells nodes apart, and the end is as
 * long as the column. A single name keeps its own, and so do all where one has none.
 */
export function withoutSharedDomain(names: readonly string[]): (name: string) => string {
  const [first = '', ...others] = names;
  const dot = first.indexOf('.');
  const domain = dot > 0 ? first.slice(dot) : '';
  if (domain === '' || others.length === 0 || !others.every((name) => name.endsWith(domain))) {
    return (name) => name;
  }
  return (name) => (name.endsWith(domain) ? name.slice(0, -domain.length) : name);
}
