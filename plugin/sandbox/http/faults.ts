import { StatusError } from '../api/errors.ts';

/** A rule for requests that are to fail. */
export interface Refusal {
  /** `GET`, `POST`, …; any when left out. */
  method?: string;
  /** Matched against the path without the query; any when left out. */
  path?: RegExp;
  /** HTTP code of the answer. */
  code: number;
  /** How many requests to refuse, 1 by default; `Infinity` until `stop`. */
  count?: number;
  /** Retry-After of the answer, in seconds. */
  retryAfterS?: number;
  /** Status.message, a plain one by default. */
  message?: string;
}

const REASONS: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** Requests that tests want refused. */
export class Faults {
  private readonly rules = new Set<{ refusal: Refusal; left: number }>();

  /** Refuses matching requests until the count is used up or the returned function is called. */
  refuse(refusal: Refusal): () => void {
    const rule = { refusal, left: refusal.count ?? 1 };
    this.rules.add(rule);
    return () => this.rules.delete(rule);
  }

  /** @throws StatusError when a rule matches */
  check(method: string, path: string): void {
    for (const rule of this.rules) {
      const { refusal } = rule;
      if (refusal.method && refusal.method !== method) continue;
      if (refusal.path && !refusal.path.test(path)) continue;
      rule.left -= 1;
      if (rule.left <= 0) this.rules.delete(rule);
      const message = refusal.message ?? 'the sandbox was told to refuse this request';
      const details = refusal.retryAfterS === undefined ? {} : { retryAfterSeconds: refusal.retryAfterS };
      throw new StatusError(refusal.code, REASONS[refusal.code] ?? 'Unknown', message, details);
    }
  }
}
