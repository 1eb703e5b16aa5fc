/** Detects that evictions may have been carried out without a review by this webhook (L7). */
import * as z from 'zod/mini';
import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { readObjectMeta } from '../../shared/kube/objects.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import { type LabelSelector, matchesLabels } from '../../shared/kube/selectors.ts';
import { type WatchCache, watchCache } from '../../shared/kube/watch-cache.ts';
import { type Log, logConnection } from '../telemetry/log.ts';

export interface ScopeOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  log: Log;
  /** How long after a change evictions without a review may still be carried out. */
  settleMs: number;
  /** Called when evictions in this namespace, or in any, may have been carried out without a review until now. */
  onGap: (namespace: string | undefined) => void;
}

/** The evictions that the API server sends for review according to the validating configuration. */
export interface Scope {
  /** Call with the current configuration. */
  see(configuration: unknown): void;
  stop(): Promise<void>;
}

/** The only label that cannot be changed. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

const Selector = z.object({
  matchLabels: z.nullish(z.record(z.string(), z.string())),
  matchExpressions: z.nullish(
    z.array(z.object({ key: z.string(), operator: z.string(), values: z.nullish(z.array(z.string())) })),
  ),
});
const Configuration = z.object({
  metadata: z.optional(z.unknown()),
  webhooks: z.nullish(
    z.array(
      z.object({
        failurePolicy: z.optional(z.unknown()),
        matchConditions: z.optional(z.unknown()),
        matchPolicy: z.optional(z.unknown()),
        namespaceSelector: z.nullish(Selector),
        objectSelector: z.optional(z.unknown()),
        rules: z.optional(z.unknown()),
      }),
    ),
  ),
});

export function createScope(options: ScopeOptions): Scope {
  const { kube, clock, random, log, settleMs, onGap } = options;
  let before: string | undefined;
  let selectors: LabelSelector[] = [];
  let namespaces: WatchCache<Labels> | undefined;

  const isAsked = ({ labels }: Labels) => selectors.every((selector) => matchesLabels(selector, labels));

  /** Only if a change of labels can bring a namespace into the scope of the configuration. */
  function watchNamespaces(): WatchCache<Labels> {
    return watchCache<Labels>({
      kube,
      path: resourcePath({ group: '', version: 'v1', resource: 'namespaces' }),
      parse: readLabels,
      clock,
      random,
      retryFirstList: true,
      onConnection: (state) => logConnection(log, 'namespaces', state),
      onProblem: (error) => log.warn({ error: error.message }, 'namespace cannot be read'),
      onEvent(type, now, previous) {
        if (type === 'MODIFIED' && previous && isAsked(now) && !isAsked(previous)) onGap(now.name);
      },
    });
  }

  return {
    see(configuration) {
      const { metadata, webhooks } = Configuration.parse(configuration);
      const { uid, creationTimestampMs = 0 } = readObjectMeta(metadata);
      const now = JSON.stringify([uid, webhooks]);
      if (now === before) return;
      const isYoung = kube.serverNowMs() - creationTimestampMs < settleMs;
      // Changes before this process started are unknown, except creation.
      const isGap = before === undefined ? isYoung : true;
      before = now;
      selectors = (webhooks ?? []).map(({ namespaceSelector }) => readSelector(namespaceSelector));
      if (selectors.some(canChange)) namespaces ??= watchNamespaces();
      if (isGap) onGap(undefined);
    },
    stop: async () => namespaces?.stop(),
  };
}

interface Labels {
  name: string;
  labels: Readonly<Record<string, string>>;
}

function readLabels(value: unknown): Labels {
  const { name, labels } = readObjectMeta(z.object({ metadata: z.unknown() }).parse(value).metadata);
  return { name, labels };
}

function readSelector(selector: z.infer<typeof Selector> | null | undefined): LabelSelector {
  return {
    matchLabels: selector?.matchLabels ?? {},
    matchExpressions: (selector?.matchExpressions ?? []).map(({ key, operator, values }) => ({
      key,
      operator,
      values: values ?? [],
    })),
  };
}

function canChange({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  const keys = [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)];
  return keys.some((key) => key !== NAME_LABEL);
}
