import { ZONE_LABEL } from '../../../shared/kube/zones.ts';
import type { Random } from '../random.ts';
import { preStopMs } from './pre-stop.ts';
import type { Pod } from './types.ts';

/** Prefix of annotations that control the simulated kubelet. */
export const PREFIX = 'sim.kubectl-zone.dev/';

const DEFAULT_START_MS = 1000;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a Go duration such as `2s`, `1m30s` or `150ms`; `undefined` if it is invalid. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, value, unit]) => sum + Number(value) * (UNITS_MS[unit ?? ''] ?? 0),
    0,
  );
}

/** Time from binding to ready: `start`, or uniform between `start` and `start-max`; 1 s by default. */
export function startMs(pod: Pod, random: Random): number {
  return between(pod, 'start', DEFAULT_START_MS, random);
}

/**
 * Time from the deletion request to the pod's end: that of its preStop hook, plus `flush` to `flush-max`. A pod that
 * needs longer is killed when the grace period ends.
 */
export function flushOf(pod: Pod, random: Random): { lastsMs: number; killed: boolean } {
  const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  const wantedMs = preStopMs(pod) + between(pod, 'flush', 0, random);
  return { lastsMs: Math.min(wantedMs, graceMs), killed: wantedMs > graceMs };
}

function between(pod: Pod, name: string, otherwiseMs: number, random: Random): number {
  const least = durationOf(pod, name) ?? otherwiseMs;
  const most = durationOf(pod, `${name}-max`) ?? least;
  return least + Math.max(0, most - least) * random();
}

function durationOf(pod: Pod, name: string): number | undefined {
  return parseDurationMs(pod.metadata.annotations?.[PREFIX + name] ?? '');
}

/**
 * Faults by image tag: `:broken` cannot be pulled, `:crash` keeps crashing. The annotation `broken-in` names a zone in
 * which every image is treated as `broken`.
 */
export function faultOf(pod: Pod): { kind: 'broken' | 'crash'; image: string } | undefined {
  const brokenIn = pod.metadata.annotations?.[`${PREFIX}broken-in`];
  const [first] = pod.spec.containers;
  if (first && brokenIn !== undefined && brokenIn === pod.metadata.labels?.[ZONE_LABEL])
    return { kind: 'broken', image: first.image };
  for (const kind of ['broken', 'crash'] as const) {
    const container = pod.spec.containers.find(({ image }) => image.endsWith(`:${kind}`));
    if (container) return { kind, image: container.image };
  }
  return undefined;
}
