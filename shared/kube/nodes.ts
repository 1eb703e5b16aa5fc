import { ApiError, type Kube } from './kube.ts';
import { listAll } from './list.ts';
import { type Node, readNode } from './objects.ts';
import { RESOURCES, resourcePath } from './paths.ts';

/**
 * All nodes by name; undefined without permission to list them, in which case zones must come from elsewhere.
 *
 * @throws ApiError, ConnectionError
 */
export async function nodesByName(kube: Kube): Promise<ReadonlyMap<string, Node> | undefined> {
  try {
    const { items } = await listAll(kube, { path: resourcePath(RESOURCES.nodes) });
    return new Map(items.map(readNode).map((node) => [node.metadata.name, node]));
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return undefined;
    throw error;
  }
}
