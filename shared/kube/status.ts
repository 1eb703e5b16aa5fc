import * as z from 'zod/mini';
import { parseJson } from '../parse-json.ts';
import { ApiError } from './kube.ts';

/** The fields of a `v1/Status` that callers use; malformed ones count as absent. */
const Status = z.object({
  code: z.catch(z.optional(z.number()), undefined),
  reason: z.catch(z.optional(z.string()), undefined),
  message: z.catch(z.optional(z.string()), undefined),
  details: z.catch(
    z.optional(
      z.object({
        retryAfterSeconds: z.catch(z.optional(z.number()), undefined),
        causes: z.catch(
          z.optional(z.array(z.object({ reason: z.optional(z.string()), message: z.optional(z.string()) }))),
          undefined,
        ),
      }),
    ),
    undefined,
  ),
});

/** Maximum excerpt of a body that is not a Status, such as a proxy's HTML page. */
const EXCERPT_CHARS = 200;

/**
 * Converts a response other than 2xx to an error.
 *
 * @param answer.what the request, for a message if the body has none
 * @param answer.retryAfter the Retry-After header, in seconds or as a date
 */
export function answerError(answer: {
  code: number;
  body: string;
  what: string;
  retryAfter: string | undefined;
  nowMs: number;
}): ApiError {
  const status = parseJson(Status, answer.body);
  const retryAfterMs = headerDelayMs(answer.retryAfter, answer.nowMs) ?? detailsDelayMs(status);
  return new ApiError({
    code: answer.code,
    reason: status?.reason ?? '',
    message: status?.message || fallbackMessage(answer),
    retryAfterMs,
    causes: causes(status),
  });
}

/** Converts the Status object of a watch's ERROR event to an error. */
export function statusError(object: unknown): ApiError {
  const parsed = z.safeParse(Status, object);
  const status = parsed.success ? parsed.data : undefined;
  return new ApiError({
    code: status?.code ?? 500,
    reason: status?.reason ?? '',
    message: status?.message || 'the API server ended the watch with an unexplained error',
    retryAfterMs: detailsDelayMs(status),
    causes: causes(status),
  });
}

type ParsedStatus = z.infer<typeof Status> | undefined;

function causes(status: ParsedStatus) {
  return (status?.details?.causes ?? []).map(({ reason = '', message = '' }) => ({ reason, message }));
}

function detailsDelayMs(status: ParsedStatus): number | undefined {
  const seconds = status?.details?.retryAfterSeconds;
  return seconds === undefined || seconds <= 0 ? undefined : seconds * 1000;
}

function headerDelayMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

function fallbackMessage({ code, body, what }: { code: number; body: string; what: string }): string {
  const excerpt = body.replace(/\s+/g, ' ').trim().slice(0, EXCERPT_CHARS);
  return excerpt === '' ? `${what}: answered ${code}` : `${what}: answered ${code}: ${excerpt}`;
}
