import * as z from 'zod/mini';
import type { Kube } from './kube.ts';
import { RESOURCES, resourcePath } from './paths.ts';

/** An access right that a command needs. */
export interface NeededAccess {
  verb: string;
  /** Empty for the core API. */
  group: string;
  resource: string;
  subresource?: string | undefined;
  /** Undefined for cluster-scoped resources, or for all namespaces. */
  namespace?: string | undefined;
  name?: string | undefined;
}

/** Access that the API server denies. */
export interface MissingAccess extends NeededAccess {
  /** What is denied, and what to ask for. */
  sentence: string;
}

const Review = z.object({
  status: z.object({
    allowed: z._default(z.boolean(), false),
    reason: z._default(z.string(), ''),
    evaluationError: z._default(z.string(), ''),
  }),
});

/**
 * Checks with the API server, in parallel, which of the needed rights are missing (SelfSubjectAccessReview).
 *
 * @returns what is denied. If a review itself fails, its right is not reported; the actual request will fail instead.
 */
export async function missingAccess(
  kube: Kube,
  needed: readonly NeededAccess[],
  signal?: AbortSignal,
): Promise<MissingAccess[]> {
  const answers = await Promise.all(needed.map((access) => isDenied(kube, access, signal)));
  return needed
    .filter((_, index) => answers[index] === true)
    .map((access) => ({ ...access, sentence: sentence(access) }));
}

async function isDenied(
  kube: Kube,
  access: NeededAccess,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const { verb, group, resource, subresource, namespace, name } = access;
  const resourceAttributes = { verb, group, resource, subresource, namespace, name };
  try {
    const answer = await kube.request({
      method: 'POST',
      path: resourcePath(RESOURCES.selfsubjectaccessreviews),
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      },
      ...(signal !== undefined && { signal }),
    });
    const { status } = Review.parse(answer);
    return !status.allowed && status.evaluationError === '';
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function sentence({ verb, group, resource, subresource, namespace, name }: NeededAccess): string {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const qualified = group === '' ? full : `${full} (${group})`;
  const what = name === undefined ? qualified : `${qualified} ${JSON.stringify(name)}`;
  const where = namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`;
  const role = namespace === undefined ? 'a ClusterRole' : 'a Role';
  return `cannot ${verb} ${what} ${where}: ask for ${role} that allows ${verb} on ${full}`;
}
