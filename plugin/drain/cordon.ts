import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { type Node, readNode } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { compareResourceVersions } from '../../shared/kube/resource-version.ts';

/**
 * Cordons a node, or lets pods on it again.
 *
 * @returns the node's version from which on it is as asked for; undefined for a node that is gone
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
      // As kubectl does, which removes the field rather than setting it to false.
      body: { spec: { unschedulable: unschedulable || null } },
    });
    return readNode(answer).metadata.resourceVersion;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/**
 * Lets pods on nodes again, as far as the API server allows.
 *
 * @returns the nodes that it failed for, with the reason
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

/** The nodes that this process has cordoned. */
export class Cordons {
  private readonly kube: Kube;
  /** By name, the version from which on the node is cordoned. */
  private readonly versions = new Map<string, string>();

  constructor(kube: Kube) {
    this.kube = kube;
  }

  get names(): readonly string[] {
    return [...this.versions.keys()];
  }

  /**
   * Cordons nodes, all at once; one that is gone meanwhile is none of them any more.
   *
   * @param onCordoned called for each as soon as it is
   * @throws ApiError, ConnectionError when it failed for one, after all have been answered
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

  /** Whether a node is cordoned: until our watch has seen what we wrote, what we wrote. */
  isCordoned({ metadata, spec }: Node): boolean {
    const version = this.versions.get(metadata.name);
    const unseen = version !== undefined && compareResourceVersions(metadata.resourceVersion, version) < 0;
    return unseen || spec.unschedulable;
  }
}
