import { oneLine } from '../format.ts';
import type { Kube } from '../kube/kube.ts';
import { type RingHistory, rememberStates } from './decide/ring/history.ts';
import { judgeRing } from './decide/ring/judge.ts';
import { longUnhealthy } from './decide/ring/members.ts';
import type { GateSource } from './gate.ts';
import type { RingRequest } from './request.ts';
import { notThere } from './ring-answer.ts';
import { askRing, type RingWorkload } from './ring-ask.ts';
import { namesWithoutPod } from './ring-pods.ts';

/** Limit of members that are looked up by name for every request. */
const MOST_LOOKED_UP = 20;

/**
 * A hash ring as a gate: open while every member is ACTIVE and sends heartbeats; see `judgeRing`.
 *
 * A response depends on the pods that existed at the request. A pod that is removed, created or becomes ready
 * changes the ring, so no wave starts on a view of the ring from before the previous wave.
 *
 * @param timeoutMs time limit for a request
 */
export function ringGate(
  { target, text, forgetAfterMs, ignoreForgotten }: RingRequest,
  { kube, workload, timeoutMs }: { kube: Kube; workload: RingWorkload; timeoutMs: number },
): GateSource {
  const name = `hash ring ${text}`;
  const ask = askRing(target, kube, workload, timeoutMs);
  let history: RingHistory = new Map();
  return {
    source: name,
    names: [name],
    async check(signal) {
      const page = await ask(signal);
      history = rememberStates(history, page);
      const pods = workload.pods();
      const lost = longUnhealthy(page, pods, forgetAfterMs)
        .slice(0, MOST_LOOKED_UP)
        .map(({ id }) => id);
      const forgotten = await namesWithoutPod(kube, workload.namespace, lost, signal);
      const verdict = judgeRing({ page, pods, forgotten, ignoreForgotten, history });
      if (verdict.kind === 'foreign') throw notThere(text, oneLine(verdict.reason));
      return [{ name, state: verdict.kind, reason: oneLine(verdict.reason) }];
    },
    basis: () =>
      workload
        .pods()
        .map(({ uid, terminating, readySinceMs }) => `${uid} ${terminating} ${readySinceMs !== undefined}`)
        .sort()
        .join(),
    close() {},
  };
}
