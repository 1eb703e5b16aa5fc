import * as z from 'zod/mini';

/** What is wrong with an object that could not be read, by field: `spec.replicas: Invalid input`. */
export function whyUnreadable(error: unknown): string {
  if (!(error instanceof z.core.$ZodError)) return error instanceof Error ? error.message : String(error);
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

const Named = z.object({ metadata: z.object({ name: z.string() }) });

/** The object's name; empty for one that has none. */
export function nameOf(object: unknown): string {
  const named = Named.safeParse(object);
  return named.success ? named.data.metadata.name : '';
}
