import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { Clock } from '../../shared/clock.ts';
import { TRIAL_CODE, trialMessage } from '../../shared/trial.ts';
import type { Admitter } from '../admission/admitter.ts';
import {
  type Eviction,
  encodeAnswer,
  MalformedReviewError,
  type ReviewAnswer,
  readReview,
} from '../admission/review.ts';
import { answerOf, type Verdict } from '../admission/verdict.ts';
import { type BodyReader, BodyTooLargeError, BusyError, LARGEST_BODY_BYTES } from '../server/body.ts';
import type { Peer } from '../server/connections.ts';
import { type Log, messageOf } from '../telemetry/log.ts';
import type { Callers } from './callers.ts';

/** Why a request got no verdict, as metrics count it. */
export type Refusal = 'stranger' | 'malformed' | 'too-large' | 'busy';

export interface AppDeps {
  admitter: Admitter;
  /** Binds an eviction to a pod; see `bindEviction`. */
  bind(eviction: Eviction): Promise<ReviewAnswer>;
  callers: Callers;
  bodies: BodyReader;
  /** Called with the peer of each request from the API server. */
  onTrusted(peer: Peer): void;
  clock: Clock;
  log: Log;
  /** Called with each verdict and its latency. */
  onVerdict(eviction: Eviction, verdict: Verdict, tookMs: number): void;
  onRefusal(why: Refusal): void;
  /** The version of the webhook, reported to trials. */
  version: string;
  /** While true, clients are asked to close their connections. */
  leaving(): boolean;
}

/** Below the webhook's timeoutSeconds of 5, so that the API server gets a 429 instead of a timeout. */
const DEADLINE_MS = 4_000;
/** Maximum concurrent requests. API servers send a few hundred. */
const MOST_AT_ONCE = { apiServer: 1_000, stranger: 16 } as const;
/** Enough for an eviction. */
const STRANGERS_BODY_BYTES = 64 << 10;

type Env = { Bindings: Partial<HttpBindings> };

/**
 * The webhook as an HTTP application, without a socket: `POST /evict/TOKEN` validates, `POST /bind/TOKEN` mutates.
 * Without the token every eviction is denied, and nothing is read or written for it: a configuration that was applied
 * again lacks the token until it is restored, and any client may call the path.
 */
export function createApp(deps: AppDeps): Hono<Env> {
  const { admitter, callers, clock, log } = deps;
  const app = new Hono<Env>();
  const atOnce = { apiServer: 0, stranger: 0 };

  app.use(async (context, next) => {
    await next();
    if (deps.leaving()) context.header('connection', 'close');
  });

  /** Reads the eviction and answers it, or rejects the request as early as possible. */
  function answering(answer: (eviction: Eviction) => Promise<ReviewAnswer>) {
    return async (context: Context<Env>) => {
      const caller = callers.isApiServer(context.req.param('token')) ? 'apiServer' : 'stranger';
      if (atOnce[caller] >= MOST_AT_ONCE[caller])
        throw new BusyError('too many requests at the same time; try again');
      atOnce[caller] += 1;
      try {
        const limitBytes = caller === 'apiServer' ? LARGEST_BODY_BYTES : STRANGERS_BODY_BYTES;
        const eviction = await deps.bodies.read(context.req.raw, limitBytes, parseReview);
        const { reviewUid } = eviction;
        if (caller === 'stranger') {
          deps.onRefusal('stranger');
          context.header('connection', 'close');
          return context.json(encodeAnswer(reviewUid, STRANGERS_ANSWER));
        }
        const socket = context.env?.incoming?.socket;
        if (socket) deps.onTrusted(socket);
        return context.json(encodeAnswer(reviewUid, await answer(eviction)));
      } finally {
        atOnce[caller] -= 1;
      }
    };
  }

  const evict = answering(async (eviction) => {
    const startedMs = clock.monotonicMs();
    if (eviction.trial) return trialAnswer(deps.version);
    const verdict = await admitter.admit(eviction, startedMs + DEADLINE_MS);
    deps.onVerdict(eviction, verdict, clock.monotonicMs() - startedMs);
    return answerOf(verdict);
  });
  // A trial is allowed here and answered by /evict, so that both configurations are tested.
  const bind = answering(async (eviction) => (eviction.trial ? { allowed: true } : deps.bind(eviction)));
  app.post('/evict/:token?', evict);
  app.post('/bind/:token?', bind);

  app.onError((error, context) => {
    const refusal = refusalFor(error);
    if (refusal) {
      deps.onRefusal(refusal.why);
      // Does not wait for the unread rest of the body.
      context.header('connection', 'close');
      return context.json({ message: error.message }, refusal.status);
    }
    log.error({ error: messageOf(error), stack: error.stack }, 'request failed');
    return context.json({ message: 'internal error' }, 500);
  });

  return app;
}

const STRANGERS_ANSWER: ReviewAnswer = {
  allowed: false,
  code: 429,
  reason: 'TooManyRequests',
  message:
    'the eviction did not use the path in the configurations of the webhook; ' +
    'the webhook restores it within seconds: try again',
};

function refusalFor(error: Error): { why: Refusal; status: 400 | 413 | 503 } | undefined {
  if (error instanceof MalformedReviewError) return { why: 'malformed', status: 400 };
  if (error instanceof BodyTooLargeError) return { why: 'too-large', status: 413 };
  return error instanceof BusyError ? { why: 'busy', status: 503 } : undefined;
}

function trialAnswer(version: string): ReviewAnswer {
  return { allowed: false, code: TRIAL_CODE, reason: 'Trial', message: trialMessage(version) };
}

function parseReview(text: string): Eviction {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MalformedReviewError(`the body is not JSON: ${messageOf(error).slice(0, 200)}`);
  }
  return readReview(value);
}
