import { load } from 'js-yaml';
import * as z from 'zod/mini';
import { UsageError } from './errors.ts';

const Value = z.union([z.string(), z.number(), z.boolean()]);
const File = z.object({
  defaults: z._default(
    z.array(
      z.object({
        command: z.string(),
        options: z.array(z.object({ name: z.string(), default: z.union([Value, z.array(Value)]) })),
      }),
    ),
    [],
  ),
});
export type FileDefaults = z.infer<typeof File>['defaults'];

/**
 * Parses the file of defaults. Loaded only where there is one.
 *
 * @throws UsageError if it is malformed
 */
export function parseDefaults(text: string, path: string): FileDefaults {
  try {
    return File.parse(load(text) ?? {}).defaults;
  } catch {
    throw new UsageError(
      `the file of defaults ${path} is malformed`,
      'it has the format of kubectl’s kuberc: defaults, a list of command and options, each with name and default',
    );
  }
}
