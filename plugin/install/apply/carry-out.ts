import type { Kube } from '../../../shared/kube/kube.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Stages } from '../manifests/order.ts';
import { type WaitOptions, waitFor } from '../wait.ts';
import { waitForAnswer } from './answer.ts';
import { refuseConflict } from './preview.ts';
import { lookForDefinitions, lookForDeployment } from './readiness.ts';
import { applyManifest, type Change, readLive } from './server-side.ts';
import { forTrials, isForTrials } from './trial.ts';

export interface CarryOutOptions extends WaitOptions {
  kube: Kube;
  force: boolean;
  wait: boolean;
  version: string;
  /** Called for each object with the result. */
  onApplied(manifest: Manifest, done: string): void;
}

/** The result: `waiting` if it did not wait for the webhook, so that budgets may not be enforced yet. */
export type Outcome =
  | { kind: 'installed'; answers: string | undefined }
  | { kind: 'waiting'; guarded: boolean };

/**
 * Applies everything in an order in which no eviction is refused: the webhook is registered for evictions when it has
 * answered the API server. Until then its configurations cover trial evictions only; they must exist, because the webhook
 * becomes ready when its CA is in them. During an upgrade the installed webhook keeps enforcing budgets.
 *
 * Nothing is rolled back on a failure, and everything can be applied again.
 *
 * @throws UserError for conflicts and for what the API server refuses; StoppedError on timeout; ConnectionError
 */
export async function carryOut(stages: Stages, options: CarryOutOptions): Promise<Outcome> {
  const { kube, signal, wait } = options;
  const { namespaces, definitions, prerequisites, deployment, configurations } = stages;
  for (const manifest of [...namespaces, ...definitions]) await apply(manifest, options);
  await waitFor('the CRDs', options, () => lookForDefinitions(kube, definitions, signal));
  for (const manifest of prerequisites) await apply(manifest, options);
  const inForce = await Promise.all(configurations.map((each) => openTrial(each, options)));
  for (const manifest of deployment) await apply(manifest, options);
  if (deployment.length === 0) return { kind: 'installed', answers: undefined };
  if (!wait) return { kind: 'waiting', guarded: inForce.every((each) => each) };
  for (const manifest of deployment) {
    await waitFor('the webhook', options, () => lookForDeployment(kube, manifest, signal));
  }
  const answers = await waitForAnswer(kube, options.version, options);
  for (const manifest of configurations) await apply(manifest, options);
  return { kind: 'installed', answers };
}

/** @returns whether a configuration is in force already, and so not changed */
async function openTrial(manifest: Manifest, options: CarryOutOptions): Promise<boolean> {
  const live = await readLive(options.kube, manifest, options.signal);
  if (live && !isForTrials(live)) return true;
  await change(forTrials(manifest), live, options);
  options.onApplied(manifest, 'applied for trial evictions only');
  return false;
}

async function apply(manifest: Manifest, options: CarryOutOptions): Promise<void> {
  const live = await readLive(options.kube, manifest, options.signal);
  const { kind } = await change(manifest, live, options);
  options.onApplied(manifest, kind);
}

async function change(
  manifest: Manifest,
  live: Manifest | undefined,
  { kube, force, signal }: CarryOutOptions,
): Promise<Change> {
  const done = await applyManifest(kube, manifest, live, { dryRun: false, force, signal });
  refuseConflict(manifest, done);
  return done;
}
