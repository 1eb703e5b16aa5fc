import { type Context, Hono } from 'hono';
import type { Clock } from '../../shared/clock.ts';
import { TRIAL_CODE, trialMessage } from '../../shared/trial.ts';
import type { Admitter } from '../admission/admitter.ts';
import { answerOf, type Verdict } from '../admission/verdict.ts';
import { type Log, messageOf } from '../log.ts';
import {
  type Eviction,
  encodeAnswer,
  MalformedReviewError,
  type ReviewAnswer,
  readReview,
} from './review.ts';

export interface AppDeps {
  admitter: Admitter;
  /** Ties an eviction to a pod; see `bindEviction`. */
  bind(eviction: Eviction): Promise<ReviewAnswer>;
  clock: Clock;
  log: Log;
  /** Told each verdict and how long it took. */
  onVerdict(eviction: Eviction, verdict: Verdict, tookMs: number): void;
  /** Ours, for trials. */
  version: string;
  /** While true, clients are asked to open no more requests on their connection. */
  leaving(): boolean;
}

/** Shorter than the webhook's timeoutSeconds of 5, so that the API server hears a 429 and not nothing. */
const DEADLINE_MS = 4_000;

/** The webhook as an HTTP application, without a socket: `POST /evict` validates, `POST /bind` mutates. */
export function createApp(deps: AppDeps): Hono {
  const { admitter, clock, log } = deps;
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    if (deps.leaving()) context.header('connection', 'close');
  });

  app.post('/evict', async (context) => {
    const startedMs = clock.nowMs();
    const eviction = readReview(await bodyOf(context));
    if (eviction.trial) return context.json(encodeAnswer(eviction.reviewUid, trialAnswer(deps.version)));
    const verdict = await admitter.admit(eviction, startedMs + DEADLINE_MS);
    deps.onVerdict(eviction, verdict, clock.nowMs() - startedMs);
    return context.json(encodeAnswer(eviction.reviewUid, answerOf(verdict)));
  });

  app.post('/bind', async (context) => {
    const eviction = readReview(await bodyOf(context));
    // A trial goes on to /evict, so that both configurations are tried.
    const answer = eviction.trial ? { allowed: true } : await deps.bind(eviction);
    return context.json(encodeAnswer(eviction.reviewUid, answer));
  });

  app.onError((error, context) => {
    if (error instanceof MalformedReviewError) return context.json({ message: error.message }, 400);
    log.error({ error: messageOf(error), stack: error.stack }, 'request failed');
    return context.json({ message: 'internal error' }, 500);
  });

  return app;
}

function trialAnswer(version: string): ReviewAnswer {
  return { allowed: false, code: TRIAL_CODE, reason: 'Trial', message: trialMessage(version) };
}

async function bodyOf(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
  } catch (error) {
    throw new MalformedReviewError(`the body is not JSON: ${messageOf(error)}`);
  }
}
