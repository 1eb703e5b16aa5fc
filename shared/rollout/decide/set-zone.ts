import type { StatefulSet } from '../../kube/objects.ts';

/** The label of Mimir's charts with the zone of a StatefulSet and of its pods. */
export const SET_ZONE_LABEL = 'zone';
/** The label of Loki's charts, such as `ingester-zone-a`. */
const NAME_LABEL = 'name';

/**
 * The zone of a StatefulSet that has one zone of the service, from its label `zone`, otherwise from its label `name` or
 * its name, from the last `zone-` on: `loki-ingester-zone-a` is in `zone-a`.
 *
 * @returns undefined if they tell none
 */
export function zoneOfSet({ metadata }: Pick<StatefulSet, 'metadata'>): string | undefined {
  const label = (key: string) =>
    (Object.hasOwn(metadata.labels, key) ? metadata.labels[key] : undefined) || undefined;
  return label(SET_ZONE_LABEL) ?? suffixOf(label(NAME_LABEL) ?? '') ?? suffixOf(metadata.name);
}

function suffixOf(name: string): string | undefined {
  return /^(?:.*-)?(zone-[^-].*)$/s.exec(name)?.[1];
}
