import { StatusError } from '../api/errors.ts';

/** A rule for requests that must fail. */
export interface Refusal {
  /** `GET`, `POST`, …; any by default. */
  method?: string;
  /** Matched against the path without the query; any by default. */
  path?: RegExp;
  /** HTTP code of the response. */
  code: number;
  /** How many requests to refuse, 1 by default; `Infinity` until the rule is removed. */
  count?: number;
  /** Retry-After of the response, in seconds. */
  retryAfterS?: number;
  /** Status.message, with a default. */
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

/** Requests to refuse, for tests. */
export class Faults {
  private readonly rules = new Set<{ refusal: Refusal; left: number }>();

  /** Refuses matching requests until the count is used up or the returned function is called. */
  refuse(refusal: Refusal): () => void {
    const rule = { refusal, left: refusal.count ?? 1 };
    this.rules.add(rule);
    return () => this.rules.delete(rule);
  }

  /** @throws StatusError if a rule matches */
  check(method: string, path: string): void {
    for (const rule of this.rules) {
      const { refusal } = rule;
      if (refusal.method && refusal.method !== method) continue;
      if (refusal.path && !refusal.path.test(path)) continue;
      rule.left -= 1;
      if (rule.left <= 0) this.rules.delete(rule);
      const message = refusal.message ?? 'the sandbox was configured to refuse this request';
      const details = refusal.retryAfterS === undefined ? {} : { retryAfterSeconds: refusal.retryAfterS };
      throw new StatusError(refusal.code, REASONS[refusal.code] ?? 'Unknown', message, details);
    }
  }
}
