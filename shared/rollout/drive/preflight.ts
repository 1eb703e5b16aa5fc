import { UserError } from '../../errors.ts';
import { missingAccess, type NeededAccess } from '../../kube/access.ts';
import type { Kube } from '../../kube/kube.ts';
import { RESOURCES } from '../../kube/paths.ts';
import { disruptionLimit } from '../decide/limits.ts';
import { encodeMemory, MOST_MEMORY_CHARACTERS } from '../decide/memory-text.ts';
import { knownZones } from '../decide/pods.ts';
import type { Observation, RolloutMemory, RolloutOptions } from '../decide/types.ts';
import { explainUnknownZone, podsOfUnknownZone } from '../decide/unknown-zone.ts';
import type { Workload } from '../decide/workload.ts';
import { leaseName } from '../decide/workload-id.ts';
import { KINDS } from './workload-names.ts';

/**
 * Checks with the API server that everything the rollout needs is allowed, before any change.
 *
 * @throws UserError that lists each missing verb and resource
 */
export async function checkAccess(
  kube: Kube,
  needs: {
    workload: Workload;
    disableEviction: boolean;
    /** The update strategy or the template will be changed. */
    patches: boolean;
    acts: boolean;
  },
): Promise<void> {
  const { namespace } = needs.workload.id;
  const { pods, leases, replicasets } = RESOURCES;
  const { members, id } = needs.workload;
  const kinds = new Set(members.map(({ kind }) => kind));
  const own = [...kinds].map((kind) => KINDS[kind].resource);
  const needed: NeededAccess[] = [
    ...['list', 'watch'].flatMap((verb) => [
      { ...pods, verb, namespace },
      ...own.map((resource) => ({ ...resource, verb, namespace })),
      ...(kinds.has('deployment') ? [{ ...replicasets, verb, namespace }] : []),
    ]),
  ];
  const ofMembers = id.kind === 'group' ? members : [];
  const leaseNames = [id.lease, ...ofMembers.map(({ kind, metadata }) => leaseName(kind, metadata.name))];
  if (needs.acts) {
    needed.push(
      needs.disableEviction
        ? { ...pods, verb: 'delete', namespace }
        : { ...pods, verb: 'create', subresource: 'eviction', namespace },
      { ...leases, verb: 'create', namespace },
      ...leaseNames.flatMap((name) => ['get', 'patch'].map((verb) => ({ ...leases, verb, namespace, name }))),
    );
    if (kinds.has('deployment')) {
      needed.push(
        { ...replicasets, verb: 'create', namespace },
        { ...replicasets, verb: 'patch', namespace },
        { ...pods, verb: 'patch', namespace },
      );
    }
    if (needs.patches) {
      for (const { kind, metadata } of members) {
        needed.push({ ...KINDS[kind].resource, verb: 'patch', namespace, name: metadata.name });
      }
    }
  }
  const missing = await missingAccess(kube, needed);
  if (missing.length === 0) return;
  throw new UserError(missing.map((each) => each.sentence).join('\n'), 'nothing was changed');
}

/**
 * Rejects what cannot be rolled out zone by zone, before any change.
 *
 * @throws UserError for pods without a zone, for a `--zone-order` with zones that have no pods, and for waves
 * too large to store their pods' names in the Lease
 */
export function checkZones(observation: Observation, options: RolloutOptions, memory: RolloutMemory): void {
  const unknown = podsOfUnknownZone(observation);
  if (unknown.length > 0) {
    const { reason, fix } = explainUnknownZone(unknown, observation);
    throw new UserError(reason, fix);
  }
  const zones = knownZones(observation, memory);
  const strange = options.zoneOrder.filter((zone) => !zones.includes(zone));
  if (strange.length > 0 && zones.length > 0) {
    throw new UserError(
      `--zone-order: there are no pods in ${strange.join(', ')}`,
      `the zones are: ${zones.join(', ')}`,
    );
  }
  checkWaveFits(observation, options, memory, zones.length);
}

/** A wave's pods are named in the Lease before the first of them is removed. */
function checkWaveFits(
  observation: Observation,
  options: RolloutOptions,
  memory: RolloutMemory,
  zones: number,
): void {
  const inZone = new Map<string | undefined, number>();
  for (const { zone } of observation.pods) inZone.set(zone, (inZone.get(zone) ?? 0) + 1);
  const limit = Math.min(disruptionLimit(observation, options, zones).pods, Math.max(0, ...inZone.values()));
  const longestFirst = observation.pods.toSorted((a, b) => b.name.length - a.name.length);
  const inFlight = longestFirst.slice(0, limit).map(({ name, uid }) => ({ name, uid, counted: true }));
  const { length } = encodeMemory({ ...memory, inFlight });
  if (length <= MOST_MEMORY_CHARACTERS) return;
  const fitting = Math.floor((limit * MOST_MEMORY_CHARACTERS * 0.9) / length);
  throw new UserError(
    `a wave of ${limit} pods cannot be recorded in the rollout's Lease: their names take ${kib(length)} of at most ${kib(MOST_MEMORY_CHARACTERS)}`,
    `nothing was changed; pass --max-unavailable=${fitting} or less`,
  );
}

function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
