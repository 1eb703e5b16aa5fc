import type { Options } from 'yargs';
import { isLabelKey } from '../../shared/kube/selector-text.ts';
import { ZONE_LABEL, type ZoneSource } from '../../shared/kube/zones.ts';
import { type Arguments, read } from './command.ts';
import { UsageError } from './errors.ts';

/** The flags that tell where the zones of pods come from, as data for a command. */
export const ZONE_OPTIONS: Readonly<Record<string, Options>> = {
  'zone-label': {
    type: 'string',
    describe: 'Take the zone of a pod from this label of the pod, instead of a label of its node',
  },
  'topology-key': {
    type: 'string',
    describe: 'Take the zone of a pod from this label of its node',
    defaultDescription: ZONE_LABEL,
  },
};

/**
 * Where zones come from according to the flags; undefined if neither is given.
 *
 * @throws UsageError for both flags, and for what cannot be a label's key
 */
export function zoneSourceFrom(args: Arguments): ZoneSource | undefined {
  const podLabel = keyOf(args, 'zone-label');
  const nodeLabel = keyOf(args, 'topology-key');
  if (podLabel !== undefined && nodeLabel !== undefined) {
    throw new UsageError(
      '--zone-label: cannot be combined with --topology-key',
      'a zone is a label of the pods or of their nodes',
    );
  }
  if (podLabel !== undefined) return { kind: 'pod-label', key: podLabel };
  return nodeLabel === undefined ? undefined : { kind: 'node-label', key: nodeLabel };
}

function keyOf(args: Arguments, flag: string): string | undefined {
  const key = read.text(args, flag);
  if (key === undefined || isLabelKey(key)) return key;
  throw new UsageError(`--${flag}: "${key}" is not the key of a label`, `for example ${ZONE_LABEL}, or zone`);
}
