import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import { watchCache } from '../../shared/kube/watch-cache.ts';
import { type Log, logConnection, messageOf } from '../telemetry/log.ts';
import { bundleOf, type Material, planTls, type TlsPolicy } from './plan.ts';
import { fetchSecret, materialIn, readSecret, SECRETS, type SecretAddress, storeMaterial } from './secret.ts';
import type { Served, TlsSource } from './source.ts';
import { takeStep } from './step.ts';

export interface SecretSourceOptions {
  kube: Kube;
  secret: SecretAddress;
  policy: TlsPolicy;
  clock: Clock;
  random: () => number;
  log: Log;
}

/** After an error, and at the latest: another replica may have done the work. */
const RETRY_MS = 5_000;
const LONGEST_WAIT_MS = 60 * 60_000;
/** At most four steps follow each other; more mean that something reverts them. */
const MAX_ROUNDS = 20;

/**
 * Certificates in a Secret that all replicas share. Replicas create and renew them by compare-and-swap, so that one
 * replica writes and the others read.
 *
 * @throws ApiError if the Secret cannot be read or written
 */
export async function openSecretSource(options: SecretSourceOptions): Promise<TlsSource> {
  const { kube, secret, policy, clock, log } = options;
  const listeners: ((served: Served) => void)[] = [];
  let current: Served;
  let cancel = () => {};
  let stopped = false;

  /** Reads the Secret and takes the steps that are due. */
  async function maintain(): Promise<{ material: Material; untilMs: number }> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const stored = await fetchSecret(kube, secret);
      const material = stored && materialIn(stored);
      const step = planTls(material, policy, clock.nowMs());
      if (step.kind === 'keep' && material) return { material, untilMs: step.untilMs };
      if (step.kind === 'keep') continue;
      const next = await takeStep(step.kind, material, policy, clock.nowMs());
      const stepDone = await storeMaterial(kube, secret, stored, next);
      if (stepDone) log.info({ step: step.kind, secret: secret.name }, 'certificates');
    }
    throw new Error(`Secret ${secret.name} does not keep what is written to it`);
  }

  function adopt(material: Material): void {
    const served = servedOf(material);
    if (isDeepStrictEqual(served, current)) return;
    current = served;
    for (const listener of listeners) listener(served);
  }

  function schedule(delayMs: number): void {
    cancel();
    if (!stopped) cancel = clock.schedule(Math.min(delayMs, LONGEST_WAIT_MS), () => void renew());
  }

  async function renew(): Promise<void> {
    try {
      const { material, untilMs } = await maintain();
      adopt(material);
      schedule(Math.max(0, untilMs - clock.nowMs()));
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'certificates could not be renewed');
      schedule(RETRY_MS);
    }
  }

  const { material, untilMs } = await maintain();
  current = servedOf(material);
  const cache = watchCache({
    kube,
    path: resourcePath({ ...SECRETS, namespace: secret.namespace }),
    fieldSelector: `metadata.name=${secret.name}`,
    parse: (value) => readSecret(value),
    clock,
    random: options.random,
    retryFirstList: true,
    onConnection: (state) => logConnection(log, SECRETS.resource, state),
    onProblem: (error) => log.warn({ secret: secret.name, error: error.message }, 'Secret cannot be read'),
    onEvent(type, stored) {
      const seen = type === 'DELETED' ? undefined : materialIn(stored);
      if (seen) adopt(seen);
      else void renew();
    },
  });
  schedule(Math.max(0, untilMs - clock.nowMs()));
  return {
    get current() {
      return current;
    },
    onChange: (listener) => void listeners.push(listener),
    async stop() {
      stopped = true;
      cancel();
      await cache.stop();
    },
  };
}

function servedOf(material: Material): Served {
  return { server: material.server, caBundle: bundleOf(material), token: material.token };
}
