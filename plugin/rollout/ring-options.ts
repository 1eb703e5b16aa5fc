import type { Options } from 'yargs';
import { parseDuration } from '../../shared/duration.ts';
import type { RingRequest } from '../../shared/gates/request.ts';
import { parseRingTarget, RING_FORMS } from '../../shared/gates/ring-target.ts';
import { type Arguments, read } from '../cli/command.ts';

/**
 * Ten times the default heartbeat timeout of one minute, after which most rings that forget members automatically do
 * so: `ringAutoForgetUnhealthyPeriods` is 10 for the store-gateways of Cortex and Mimir
 * (https://github.com/cortexproject/cortex/pull/2526) and for Loki's compactors. Ingesters' rings never do.
 */
const FORGET_AFTER = '10m';

/** The flags, as data for a command. */
export const RING_OPTIONS: Readonly<Record<string, Options>> = {
  ring: {
    type: 'string',
    describe: `Wait while a member of the hash ring on this page is not ACTIVE: ${RING_FORMS}, through the API server`,
  },
  'ring-forget-after': {
    type: 'string',
    describe:
      'Report an unhealthy member without a pod as forgotten after this time; the rollout still waits for it',
    defaultDescription: FORGET_AFTER,
  },
  'ring-ignore-forgotten': {
    type: 'boolean',
    describe: 'Continue despite forgotten members, although their tokens have one replica less',
  },
};

/** The flags' values; problems are added to `problems`. */
export function ringFrom(args: Arguments, problems: string[]): RingRequest | undefined {
  const text = read.text(args, 'ring');
  const forgetAfter = read.text(args, 'ring-forget-after');
  const ignoreForgotten = read.flag(args, 'ring-ignore-forgotten');
  if (text === undefined) {
    if (forgetAfter !== undefined) problems.push('--ring-forget-after: requires --ring');
    if (ignoreForgotten) problems.push('--ring-ignore-forgotten: requires --ring');
    return undefined;
  }
  const target = parseRingTarget(text);
  if (!target) problems.push(`--ring: "${text}" is neither ${RING_FORMS}`);
  const forgetAfterMs = parseDuration(forgetAfter ?? FORGET_AFTER);
  if (forgetAfterMs === undefined) {
    problems.push(`--ring-forget-after: "${forgetAfter}" is not a duration, such as ${FORGET_AFTER}`);
  }
  return target && forgetAfterMs !== undefined ? { target, text, forgetAfterMs, ignoreForgotten } : undefined;
}
