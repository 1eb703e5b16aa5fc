import type { Clock } from '../../../shared/clock.ts';
import { createAdmitter } from '../../../webhook/admission/admitter.ts';
import type { Verdict } from '../../../webhook/admission/verdict.ts';
import { createApp, type Refusal } from '../../../webhook/api/app.ts';
import { bindEviction } from '../../../webhook/api/bind.ts';
import { callersByToken } from '../../../webhook/api/callers.ts';
import { createBodyReader } from '../../../webhook/server/body.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { type FakeApi, fakeApi, NAMESPACE } from './fake-api.ts';
import { type Known, known } from './known.ts';

export interface Answer {
  status: number;
  allowed: boolean;
  code: number | undefined;
  reason: string | undefined;
  message: string;
  warnings: readonly string[];
  patch: unknown;
}

/** The application over a fake API, without a socket. */
export interface Harness {
  app: ReturnType<typeof createApp>;
  api: FakeApi;
  known: Known;
  verdicts: Verdict[];
  refusals: Refusal[];
  batches: number[];
  conflicts: () => number;
  evict(name: string, more?: EvictionShape): Promise<Answer>;
  bind(name: string, more?: EvictionShape): Promise<Answer>;
  post(path: string, body: string): Promise<Response>;
  /** A request as it is, without the token. */
  send(path: string, init: RequestInit): Promise<Response>;
}

export interface EvictionShape {
  version?: 'v1' | 'v1beta1';
  /** In the review, as the API server reads it from the query. */
  dryRun?: boolean;
  deleteOptions?: object;
  /** Without the uid of the pod that has the name, which `/evict` gets from `/bind`. */
  unbound?: boolean;
  labels?: Readonly<Record<string, string>>;
}

/**
 * Time stands still unless a clock is given.
 *
 * @param token what the paths end with; none is required where it is undefined
 */
export function harness(clock: Clock = manualClock(), token?: string): Harness {
  const api = fakeApi(clock);
  const know = known();
  const verdicts: Verdict[] = [];
  const refusals: Refusal[] = [];
  const batches: number[] = [];
  let conflicts = 0;
  const zoneOfNode = (node: string) => (node === 'nowhere' ? undefined : node.replace('node', 'zone'));
  const admitter = createAdmitter({
    kube: api.kube,
    clock,
    random: () => 0,
    cluster: {
      ...know,
      observe: () => ({ kind: 'problem', reason: 'no cache' }),
      ownerOf: () => ({ expected: true, versions: { statefulsets: '1000' } }),
      zoneOfNode,
    },
    witness: {
      batch: (size) => void batches.push(size),
      conflict: () => {
        conflicts += 1;
      },
    },
    log: silentLog,
  });
  const app = createApp({
    admitter,
    bind: (eviction) => bindEviction(api.kube, eviction, api.budgets(), 1_000),
    callers: callersByToken({ token: () => token, required: true }),
    bodies: createBodyReader(),
    onTrusted() {},
    clock,
    log: silentLog,
    onVerdict: (_eviction, verdict) => void verdicts.push(verdict),
    onRefusal: (why) => void refusals.push(why),
    version: '1.2.3',
    leaving: () => false,
  });
  const post = async (path: string, body: string) =>
    app.request(token === undefined ? path : `${path}/${token}`, { method: 'POST', body });
  const ask = async (path: string, name: string, more: EvictionShape = {}): Promise<Answer> =>
    answerOf(await post(path, JSON.stringify(review(name, more))));
  return {
    app,
    api,
    known: know,
    verdicts,
    refusals,
    batches,
    conflicts: () => conflicts,
    evict: (name, more = {}) =>
      ask('/evict', name, {
        ...more,
        ...(!more.unbound && {
          deleteOptions: { preconditions: { uid: `uid-${name}` }, ...more.deleteOptions },
        }),
      }),
    bind: (name, more) => ask('/bind', name, more),
    post,
    send: async (path, init) => app.request(path, init),
  };
}

/** Lets time pass for timers that are due at once, until the promise is settled. */
export async function pump<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  void promise.finally(() => {
    settled = true;
  });
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(0);
  }
  return promise;
}

/** An AdmissionReview as the API server sends it. */
export function review(
  name: string,
  { version = 'v1', dryRun = false, deleteOptions, labels }: EvictionShape = {},
): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: `review-${name}`,
      kind: { group: 'policy', version, kind: 'Eviction' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      subResource: 'eviction',
      operation: 'CREATE',
      namespace: NAMESPACE,
      name,
      userInfo: { username: 'sre' },
      dryRun,
      object: {
        apiVersion: `policy/${version}`,
        kind: 'Eviction',
        metadata: { name, namespace: NAMESPACE, ...(labels && { labels }) },
        ...(deleteOptions && { deleteOptions }),
      },
      oldObject: null,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const body = (await response.json()) as {
    response?: {
      allowed: boolean;
      status?: { code: number; reason: string; message: string };
      warnings?: string[];
      patch?: string;
    };
  };
  const { allowed = false, status, warnings = [], patch } = body.response ?? {};
  return {
    status: response.status,
    allowed,
    code: status?.code,
    reason: status?.reason,
    message: status?.message ?? '',
    warnings,
    patch: patch === undefined ? undefined : JSON.parse(Buffer.from(patch, 'base64').toString('utf8')),
  };
}
