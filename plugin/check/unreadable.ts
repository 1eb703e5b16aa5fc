import { $ZodError } from 'zod/v4/core';

/** What is wrong with an object that could not be read, by field: `spec.replicas: Invalid input`. */
export function whyUnreadable(error: unknown): string {
  if (!(error instanceof $ZodError)) return error instanceof Error ? error.message : String(error);
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}
