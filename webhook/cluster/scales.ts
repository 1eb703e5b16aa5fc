import * as z from 'zod/mini';
import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import type { ScaleRead, ScaleRef } from './owners.ts';

/** Scales of owners whose kind nobody knows in advance, read now and then. */
export interface Scales {
  /** As it was read last; undefined before the first read and for objects that were made anew. */
  get(ref: ScaleRef): ScaleRead | undefined;
  /** Reads those that were not read within `SCALE_LIFETIME_MS`. */
  refresh(refs: readonly ScaleRef[]): Promise<void>;
  /** All that were ever read and are older than that, to be read again when their budgets are counted next. */
  expire(): void;
}

/** There is no watch for a scale: this is how old it may be. */
export const SCALE_LIFETIME_MS = 10_000;
const TIMEOUT_MS = 5_000;

const Scale = z.object({ spec: z.object({ replicas: z._default(z.number(), 0) }) });
const Parent = z.object({ metadata: z.object({ uid: z.string() }) });
const ResourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string() })),
});

export function createScales(kube: Kube, clock: Clock): Scales {
  const reads = new Map<string, { read: ScaleRead; atMs: number }>();
  const discovered = new Map<string, z.infer<typeof ResourceList>>();

  /** The resources of a group and version; asked again when a kind is not among them, as after a CRD was added. */
  async function resourcesOf(apiVersion: string): Promise<z.infer<typeof ResourceList>> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const list = ResourceList.parse(await kube.request({ method: 'GET', path, timeoutMs: TIMEOUT_MS }));
    discovered.set(apiVersion, list);
    return list;
  }

  async function pluralOf({ apiVersion, kind }: ScaleRef): Promise<{ plural: string; scalable: boolean }> {
    const find = (list: z.infer<typeof ResourceList> | undefined) =>
      list?.resources.find((each) => each.kind === kind && !each.name.includes('/'))?.name;
    let list = discovered.get(apiVersion);
    if (find(list) === undefined) list = await resourcesOf(apiVersion);
    const plural = find(list);
    const scalable = list?.resources.some(({ name }) => name === `${plural}/scale`) === true;
    return { plural: plural ?? '', scalable };
  }

  async function readScale(ref: ScaleRef): Promise<ScaleRead> {
    try {
      const { plural, scalable } = await pluralOf(ref);
      if (!scalable) return { kind: 'no-scale' };
      const [group = '', version = ''] = ref.apiVersion.includes('/')
        ? ref.apiVersion.split('/')
        : ['', ref.apiVersion];
      const address = { group, version, resource: plural, namespace: ref.namespace, name: ref.name };
      const path = resourcePath({ ...address, subresource: 'scale' });
      const answer = await kube.request({ method: 'GET', path, timeoutMs: TIMEOUT_MS });
      // The Scale carries the uid of its object: one that was made anew is another owner.
      if (Parent.parse(answer).metadata.uid !== ref.uid) return { kind: 'gone' };
      return { kind: 'replicas', replicas: Scale.parse(answer).spec.replicas };
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return { kind: 'gone' };
      return { kind: 'failed', error: error instanceof Error ? error.message : String(error) };
    }
  }

  return {
    get: ({ uid }) => reads.get(uid)?.read,
    async refresh(refs) {
      await Promise.all(
        refs.map(async (ref) => {
          const read = await readScale(ref);
          reads.set(ref.uid, { read, atMs: clock.nowMs() });
        }),
      );
    },
    expire() {
      const oldestMs = clock.nowMs() - SCALE_LIFETIME_MS;
      for (const [uid, { atMs }] of reads) if (atMs <= oldestMs) reads.delete(uid);
    },
  };
}
