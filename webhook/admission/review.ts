/** Decodes and encodes the AdmissionReview (admission.k8s.io/v1) of an Eviction. client-node has no types for it. */
import * as z from 'zod/mini';
import { RESERVE_LABEL, RESERVE_PRECONDITION_UID } from '../../shared/reserve-only.ts';
import { TRIAL_LABEL } from '../../shared/trial.ts';

/** An eviction as the API server sends it for review. */
export interface Eviction {
  /** The uid of the review; the response must repeat it. */
  reviewUid: string;
  namespace: string;
  /** The name of the pod. */
  name: string;
  dryRun: boolean;
  /** Only tests whether the webhook responds; see `shared/trial.ts`. */
  trial: boolean;
  /**
   * Whether it only reserves; see `shared/reserve-only.ts`. `precondition` then has the uid from its label. `invalid`
   * if it has the label but names no pod, or could evict one.
   */
  reserveOnly: 'no' | 'yes' | 'invalid';
  /** The preconditions set by the client or by `bind`. */
  precondition: { uid: string | undefined; resourceVersion: string | undefined };
  /** Whether the Eviction has deleteOptions, and preconditions in them: what a patch must add. */
  has: { deleteOptions: boolean; preconditions: boolean };
  /** The user who requests the eviction. */
  user: string;
}

/** Not an Eviction review; answered with 400. */
export class MalformedReviewError extends Error {
  override readonly name = 'MalformedReviewError';
}

/** Longer values are not kept, logged or forwarded; the API server's own limits are lower. */
const Text = z.string().check(z.maxLength(253));
/** Used as segments of API paths. */
const Name = Text.check(z.regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/));
const LONGEST_USER = 253;
const LONGEST_COMPLAINT = 500;

/** Lists and maps of any size are inspected, not parsed: each invalid entry would add an error message. */
const DeleteOptions = z.object({
  dryRun: z.nullish(z.unknown()),
  preconditions: z.nullish(z.object({ uid: z.nullish(Text), resourceVersion: z.nullish(Text) })),
});

const Review = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: Text.check(z.minLength(1)),
    kind: z.object({
      group: z.literal('policy'),
      version: z.enum(['v1', 'v1beta1']),
      kind: z.literal('Eviction'),
    }),
    operation: z.literal('CREATE'),
    namespace: Name,
    name: z.nullish(z.union([z.literal(''), Name])),
    dryRun: z.nullish(z.boolean()),
    userInfo: z.nullish(z.object({ username: z.nullish(z.string()) })),
    object: z.object({
      metadata: z.nullish(
        z.object({
          name: z.nullish(z.union([z.literal(''), Name])),
          labels: z.nullish(
            z.object({ [TRIAL_LABEL.key]: z.nullish(Text), [RESERVE_LABEL]: z.nullish(Text) }),
          ),
        }),
      ),
      deleteOptions: z.nullish(DeleteOptions),
    }),
  }),
});

/**
 * Reads a review of a policy/v1 or v1beta1 Eviction. Dry run is read from the query, which the API server copies into
 * the review, and from deleteOptions in the body, where `kubectl drain --dry-run=server` sets it.
 *
 * @throws MalformedReviewError for anything else
 */
export function readReview(value: unknown): Eviction {
  const parsed = z.safeParse(Review, value);
  if (!parsed.success)
    throw new MalformedReviewError(z.prettifyError(parsed.error).slice(0, LONGEST_COMPLAINT));
  const { request } = parsed.data;
  const options = request.object.deleteOptions;
  const name = request.name || request.object.metadata?.name;
  if (!name) throw new MalformedReviewError('the review does not name a pod');
  const dryRun = request.dryRun === true || isDryRun(options?.dryRun);
  const labels = new Map(Object.entries(request.object.metadata?.labels ?? {}));
  const given = {
    uid: options?.preconditions?.uid || undefined,
    resourceVersion: options?.preconditions?.resourceVersion || undefined,
  };
  const reserved = labels.get(RESERVE_LABEL) ?? undefined;
  const evictsNothing = given.uid === RESERVE_PRECONDITION_UID;
  return {
    reviewUid: request.uid,
    namespace: request.namespace,
    name,
    dryRun,
    trial: dryRun && labels.get(TRIAL_LABEL.key) === TRIAL_LABEL.value,
    reserveOnly: reserved === undefined ? 'no' : reserved !== '' && evictsNothing ? 'yes' : 'invalid',
    precondition: reserved === undefined ? given : { uid: reserved, resourceVersion: undefined },
    has: { deleteOptions: Boolean(options), preconditions: Boolean(options?.preconditions) },
    user: (request.userInfo?.username ?? '').slice(0, LONGEST_USER),
  };
}

/** @throws MalformedReviewError for anything but a list of strings */
function isDryRun(dryRun: unknown): boolean {
  if (dryRun === undefined || dryRun === null) return false;
  if (Array.isArray(dryRun) && dryRun.every((each) => typeof each === 'string')) return dryRun.length > 0;
  throw new MalformedReviewError('deleteOptions.dryRun is not a list of strings');
}

/** The webhook's response to one review. */
export interface ReviewAnswer {
  allowed: boolean;
  /** HTTP code of a denial. */
  code?: number;
  /** Status.reason of a denial. */
  reason?: string;
  message?: string;
  /** kubectl prints each as `Warning: …`. */
  warnings?: readonly string[];
  /** JSON patch of the Eviction, from the mutating webhook. */
  patch?: readonly object[];
}

/**
 * The review with its response. A denial never sets retryAfterSeconds: client-go would wait and retry up to ten times
 * without reporting it (k8s.io/client-go/rest/request.go).
 */
export function encodeAnswer(reviewUid: string, answer: ReviewAnswer): object {
  const { allowed, code, reason, message, warnings = [], patch = [] } = answer;
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid: reviewUid,
      allowed,
      ...(!allowed && {
        status: {
          code,
          reason,
          message,
          details: { causes: [{ reason: 'DisruptionBudget', message }] },
        },
      }),
      ...(warnings.length > 0 && { warnings }),
      ...(patch.length > 0 && {
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      }),
    },
  };
}
