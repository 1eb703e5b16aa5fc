/** A zone as shown before a colon or in a column. */
export function nameZone(zone: string | null): string {
  return zone ?? 'no zone label';
}

/**
 * Strips the domain that all names share: on most clouds the beginning distinguishes nodes, and the end would fill the
 * column. A single name is unchanged, and so are all if one has no domain.
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
