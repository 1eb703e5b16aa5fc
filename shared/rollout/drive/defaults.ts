import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { ApiError, type Kube } from '../../kube/kube.ts';
import { listAll } from '../../kube/list.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import { listNames } from '../../sentences.ts';
import type { WorkloadId } from '../decide/workload-id.ts';

/** An empty string counts as absent: Go writes unset fields that way. */
const Text = z.pipe(
  z.optional(z.string()),
  z.transform((text) => (text === '' ? undefined : text)),
);

const Spec = z.object({
  maxUnavailable: z.union([Text, z.number()], 'neither a number nor a string'),
  exponentialFactor: Text,
  pauseRolloutAlarm: Text,
  ignoreAlarm: z.optional(z.boolean()),
  dryRun: z.optional(z.boolean()),
});

const Named = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.looseObject({ statefulset: z.optional(z.unknown()) }),
});

/** The fields of a ZoneAwareUpdate that are defaults for flags. */
export interface UpdateDefaults {
  name: string;
  spec: z.infer<typeof Spec>;
}

/** The defaults, and a notice if they could not be read. */
export interface FoundDefaults {
  defaults: UpdateDefaults | undefined;
  notice: string | undefined;
}

/**
 * Finds the ZoneAwareUpdate of a StatefulSet. None if the CRD is not installed; without permission to list
 * them, the rollout continues without defaults.
 *
 * @throws UserError if several name this StatefulSet, or for a field of the wrong type
 */
export async function fetchDefaults(
  kube: Kube,
  { kind, namespace, name }: WorkloadId,
): Promise<FoundDefaults> {
  // A ZoneAwareUpdate can name only a StatefulSet.
  if (kind !== 'statefulset') return { defaults: undefined, notice: undefined };
  let items: readonly unknown[];
  try {
    const path = resourcePath({ ...RESOURCES.zoneawareupdates, namespace });
    ({ items } = await listAll(kube, { path }));
  } catch (error) {
    if (!(error instanceof ApiError) || (error.code !== 404 && error.code !== 403)) throw error;
    const notice =
      error.code === 403
        ? 'no permission to list zoneawareupdates: if one refers to this StatefulSet, its values are not used'
        : undefined;
    return { defaults: undefined, notice };
  }
  const updates = items.map((item) => Named.parse(item)).filter(({ spec }) => spec.statefulset === name);
  const [update, ...others] = updates;
  if (others.length > 0) {
    const names = updates.map(({ metadata }) => metadata.name).sort();
    throw new UserError(
      `${updates.length} ZoneAwareUpdates refer to statefulset/${name}: ${listNames(names)}`,
      `keep only one: kubectl -n ${namespace} delete zoneawareupdate NAME`,
    );
  }
  return { defaults: update && readDefaults(update), notice: undefined };
}

function readDefaults({ metadata: { name }, spec }: z.infer<typeof Named>): UpdateDefaults {
  const read = z.safeParse(Spec, spec);
  if (read.success) return { name, spec: read.data };
  const problems = read.error.issues.map(({ path, message }) => `spec.${path.join('.')}: ${message}`);
  throw new UserError(
    problems.map((problem) => `zoneawareupdate/${name}: ${problem}`).join('\n'),
    `correct it: kubectl edit zoneawareupdate ${name}`,
  );
}
