import { $ZodError } from 'zod/v4/core';

/** The problems of an object that could not be parsed, by field: `spec.replicas: Invalid input`. */
export function whyUnreadable(error: unknown): string {
  if (!(error instanceof $ZodError)) return error instanceof Error ? error.message : String(error);
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}
