import type { Kube } from '../kube/kube.ts';
import type { GateSource } from './gate.ts';
import type { GateRequest } from './request.ts';
import type { RingWorkload } from './ring-ask.ts';

/**
 * Creates the sources of the requested gates, without querying them. Each kind is loaded only if needed: the
 * AWS SDK alone takes longer to load than everything else a command needs.
 *
 * @param kube for sources behind the API server
 * @param workload whose pods are members of the ring
 */
export async function gateSources(
  request: GateRequest,
  kube: Kube,
  workload: RingWorkload,
): Promise<readonly GateSource[]> {
  const { alarms, prometheus, http, ring, timeoutMs } = request;
  const sources: GateSource[] = [];
  if (alarms.names.length > 0 && !alarms.ignore) {
    const { cloudWatchGates } = await import('./cloudwatch.ts');
    sources.push(cloudWatchGates(alarms));
  }
  if (prometheus.target) {
    const { askPrometheus } = await import('./prometheus-ask.ts');
    const { prometheusGate } = await import('./prometheus.ts');
    const ask = askPrometheus(prometheus.target, kube);
    sources.push(...prometheus.queries.map((query) => prometheusGate(query, ask)));
  }
  if (http.length > 0) {
    const { httpGate } = await import('./http.ts');
    sources.push(...http.map(httpGate));
  }
  if (ring) {
    const { ringGate } = await import('./ring.ts');
    sources.push(ringGate(ring, { kube, workload, timeoutMs }));
  }
  return sources;
}
