import * as z from 'zod/mini';
import type { Kube } from '../../../shared/kube/kube.ts';
import { UserError } from '../../errors.ts';

export interface ServerVersion {
  /** As the API server writes it: `v1.36.0`. */
  text: string;
  /** The 36 of 1.36. */
  minor: number;
}

/**
 * The oldest Kubernetes for the CRDs (their rules are written in CEL: beta and on since 1.25) and for the webhook (its
 * pods sleep before they end: PodLifecycleSleepAction, beta and on since 1.30).
 */
export const OLDEST = { definitions: 25, webhook: 30 } as const;

const Version = z.object({ gitVersion: z.string(), minor: z.string() });

export async function readServerVersion(kube: Kube, signal?: AbortSignal): Promise<ServerVersion> {
  const answer = await kube.request({ method: 'GET', path: '/version', ...(signal && { signal }) });
  const { gitVersion, minor } = Version.parse(answer);
  // Some providers write "30+".
  return { text: gitVersion, minor: Number.parseInt(minor, 10) };
}

/** What a server that is too old lacks, in words; undefined for one that will do. */
export function tooOld({ text, minor }: ServerVersion, withWebhook: boolean): string | undefined {
  if (minor < OLDEST.definitions) {
    return `Kubernetes ${text} is too old: the CRDs' rules need 1.${OLDEST.definitions}`;
  }
  if (withWebhook && minor < OLDEST.webhook) {
    return `Kubernetes ${text} is too old: the webhook's pods sleep before they end, which needs 1.${OLDEST.webhook}`;
  }
  return undefined;
}

/** @throws UserError for a server that is too old */
export function refuseOldServer(version: ServerVersion, withWebhook: boolean): void {
  const why = tooOld(version, withWebhook);
  if (why === undefined) return;
  const onlyWebhook = version.minor >= OLDEST.definitions;
  throw new UserError(
    why,
    onlyWebhook
      ? 'upgrade the cluster, or install the CRDs only: --without-webhook'
      : 'upgrade the cluster first',
  );
}
