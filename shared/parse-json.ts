import type * as z from 'zod/mini';

/** Parses JSON and validates it against a schema; undefined if either fails. */
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
