import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { fields } from '../../shared/kube/objects/fields.ts';
import { type Pod, readObjectMeta } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';

/** The existing DaemonSets: their pods come back to a cordoned node, so evicting them would never end. */
export interface DaemonSets {
  /** `namespace/name`. */
  readonly names: ReadonlySet<string>;
  /**
   * Whether it is unknown if the pod's DaemonSet exists, for example because it was created after the list. DaemonSets
   * are then listed again, and `onChange` is called.
   */
  isUnclear(pod: Pod): boolean;
}

const RETRY_MS = 1_000;

/**
 * Lists the DaemonSets of all namespaces.
 *
 * @throws ApiError, ConnectionError if the first list fails
 */
export async function listDaemonSets(kube: Kube, clock: Clock, onChange: () => void): Promise<DaemonSets> {
  let names = await fetchNames(kube);
  /** Uids of DaemonSets that a list has shown not to exist. */
  const absent = new Set<string>();
  let listing = false;

  async function listAgain(key: string, uid: string): Promise<void> {
    listing = true;
    try {
      names = await fetchNames(kube);
      if (!names.has(key)) absent.add(uid);
      onChange();
    } catch {
      // Still unclear: the next turn lists again, after a while if nothing changes.
      clock.schedule(RETRY_MS, onChange);
    } finally {
      listing = false;
    }
  }

  return {
    get names() {
      return names;
    },
    isUnclear({ metadata: { controller, namespace } }) {
      if (controller?.kind !== 'DaemonSet') return false;
      const key = `${namespace}/${controller.name}`;
      if (names.has(key) || absent.has(controller.uid)) return false;
      if (!listing) void listAgain(key, controller.uid);
      return true;
    },
  };
}

async function fetchNames(kube: Kube): Promise<ReadonlySet<string>> {
  const { items } = await listAll(kube, { path: resourcePath(RESOURCES.daemonsets) });
  return new Set(
    items.map((item) => {
      const { namespace, name } = readObjectMeta(fields(item, 'daemonset').metadata);
      return `${namespace}/${name}`;
    }),
  );
}
