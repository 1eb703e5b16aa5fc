import type * as z from 'zod/mini';

/** What a text of JSON says, by a schema; undefined for other texts, and for what the schema refuses. */
export function parseJson<S extends z.ZodMiniType>(schema: S, text: string): z.infer<S> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
