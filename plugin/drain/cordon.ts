import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { type Node, readNode } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { compareResourceVersions } from '../../shared/kube/resource-version.ts';

/**
 * Cordons or uncordons a node.
 *
 * @returns the node's resourceVersion with the change; undefined for a node that does not exist
 * @throws ApiError, ConnectionError
 */
export async function setUnschedulable(
  kube: Kube,
  name: string,
  unschedulable: boolean,
): Promise<string | undefined> {
  try {
    const answer = await kube.request({
      method: 'PATCH',
      patch: 'strategic',
      path: resourcePath({ ...RESOURCES.nodes, name }),
      // Like kubectl, which removes the field instead of setting it to false.
      body: { spec: { unschedulable: unschedulable || null } },
    });
    return readNode(answer).metadata.resourceVersion;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/**
 * Uncordons nodes.
 *
 * @returns the nodes that could not be uncordoned, with the reason
 */
export async function uncordonAll(
  kube: Kube,
  nodes: readonly string[],
): Promise<readonly { node: string; reason: string }[]> {
  const failed = await Promise.all(
    nodes.map(async (node) => {
      try {
        await setUnschedulable(kube, node, false);
        return [];
      } catch (error) {
        return [{ node, reason: error instanceof Error ? error.message : String(error) }];
      }
    }),
  );
  return failed.flat();
}

/** The nodes cordoned by this process. */
export class Cordons {
  private readonly kube: Kube;
  /** By node name: the resourceVersion with which the node is cordoned. */
  private readonly versions = new Map<string, string>();

  constructor(kube: Kube) {
    this.kube = kube;
  }

  get names(): readonly string[] {
    return [...this.versions.keys()];
  }

  /**
   * Cordons nodes, all at once; a node that was deleted is skipped.
   *
   * @param onCordoned called for each node when it is cordoned
   * @throws ApiError, ConnectionError after all requests have ended, if one failed
   */
  async cordon(nodes: readonly string[], onCordoned: (node: string) => void): Promise<void> {
    const answers = await Promise.allSettled(
      nodes.map(async (name) => {
        const version = await setUnschedulable(this.kube, name, true);
        if (version === undefined) return;
        this.versions.set(name, version);
        onCordoned(name);
      }),
    );
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Whether a node is cordoned; uses our own write until the watch has caught up with it. */
  isCordoned({ metadata, spec }: Node): boolean {
    const version = this.versions.get(metadata.name);
    const unseen = version !== undefined && compareResourceVersions(metadata.resourceVersion, version) < 0;
    return unseen || spec.unschedulable;
  }
}
