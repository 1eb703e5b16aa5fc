import type { Clock } from '../../../../shared/clock.ts';
import { ZONE_LABEL } from '../../../../shared/kube/zones.ts';
import { PODS } from '../../api/resources.ts';
import type { Pod } from '../../controllers/types.ts';
import type { Store } from '../../store/store.ts';
import { processesOf, SERVES } from '../pod-state.ts';
import { PAGE_NOT_FOUND, type PodRequest, type PodResponse, type SimulatedService } from '../service.ts';
import { afterDeletion, type Member, memberOf, ringOf } from './members.ts';
import { ringPage } from './page.ts';

/** The path of the page in Loki and Cortex, and in Mimir, Cortex and Tempo. */
const PATHS: readonly string[] = ['/ring', '/ingester/ring'];

/**
 * The hash rings of all pods that serve one. Every pod shows the same state: gossip is instantaneous here.
 *
 * POST with `forget=ID` in the query removes a member, like the button on the real page.
 */
export function startRing(store: Store, clock: Clock): SimulatedService {
  const rings = new Map<string, Map<string, Member>>();

  const ringFor = (pod: Pod): Map<string, Member> => {
    const key = ringOf(pod, store);
    const ring = rings.get(key) ?? new Map<string, Member>();
    rings.set(key, ring);
    return ring;
  };

  const keep = (ring: Map<string, Member>, id: string, member: Member | undefined): void => {
    if (member) ring.set(id, member);
    else ring.delete(id);
  };

  const unsubscribe = store.subscribe(({ resource, type, object }) => {
    if (resource !== PODS || object.metadata.annotations?.[SERVES] !== 'ring') return;
    const pod = object as Pod;
    const { name, uid, labels } = pod.metadata;
    const ring = ringFor(pod);
    const known = ring.get(name);
    if (type !== 'DELETED') {
      keep(ring, name, memberOf(pod, known, processesOf(pod), labels?.[ZONE_LABEL] ?? '', clock.nowMs()));
    } else if (known && known.uid === uid) {
      keep(ring, name, afterDeletion(known, clock.nowMs()));
    }
  });

  return {
    answer(pod: Pod, { method, path, query, accept }: PodRequest): PodResponse {
      if (!PATHS.includes(path)) return PAGE_NOT_FOUND;
      const ring = ringFor(pod);
      if (method === 'POST') {
        ring.delete(query.get('forget') ?? '');
        return { code: 302, body: '', headers: { location: '#' } };
      }
      return ringPage([...ring.values()], accept, clock.nowMs());
    },
    stop: unsubscribe,
  };
}
