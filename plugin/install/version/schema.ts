import * as z from 'zod/mini';

const Definition = z.looseObject({
  spec: z.object({
    versions: z.array(
      z.object({
        name: z.string(),
        served: z.boolean(),
        schema: z.optional(z.object({ openAPIV3Schema: z.optional(z.unknown()) })),
      }),
    ),
  }),
});

const Schema = z.looseObject({
  properties: z.optional(z.record(z.string(), z.unknown())),
  items: z.optional(z.unknown()),
  additionalProperties: z.optional(z.unknown()),
  'x-kubernetes-preserve-unknown-fields': z.optional(z.boolean()),
});

const VERSION = 'v1';

/**
 * The fields of a CRD that are missing in another one, outermost first: the API server would drop them.
 *
 * @returns paths such as `spec.unhealthyPodEvictionPolicy`; `v1` if that version is not served at all
 */
export function missingFields(shipped: unknown, live: unknown): string[] {
  const there = schemaOf(live);
  return there === undefined ? [VERSION] : lacking(schemaOf(shipped), there, '');
}

function schemaOf(definition: unknown): unknown {
  const { versions } = Definition.parse(definition).spec;
  return versions.find(({ name, served }) => served && name === VERSION)?.schema?.openAPIV3Schema;
}

function lacking(wanted: unknown, there: unknown, path: string): string[] {
  const a = Schema.safeParse(wanted).data;
  const b = Schema.safeParse(there).data;
  if (a === undefined || b?.['x-kubernetes-preserve-unknown-fields'] === true) return [];
  const fields = Object.entries(a.properties ?? {}).flatMap(([name, field]) => {
    const inside = path === '' ? name : `${path}.${name}`;
    const other = b?.properties?.[name];
    // The API server knows all fields of metadata.
    if (inside === 'metadata' || inside === 'apiVersion' || inside === 'kind') return [];
    return other === undefined ? [inside] : lacking(field, other, inside);
  });
  const nested = (['items', 'additionalProperties'] as const).flatMap((key) =>
    typeof a[key] === 'object' ? lacking(a[key], b?.[key], `${path}[]`) : [],
  );
  return [...fields, ...nested];
}
