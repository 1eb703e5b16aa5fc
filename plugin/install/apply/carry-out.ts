import type { Kube } from '../../../shared/kube/kube.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Stages } from '../manifests/order.ts';
import { type Patience, waitFor } from '../wait.ts';
import { waitForAnswer } from './answer.ts';
import { lookForDefinitions, lookForDeployment } from './readiness.ts';
import { applyManifest, type Change, readLive } from './server-side.ts';
import { refuseConflict } from './survey.ts';
import { forTrials, isForTrials } from './trial.ts';

export interface CarryOutOptions extends Patience {
  kube: Kube;
  force: boolean;
  wait: boolean;
  version: string;
  /** Told what became of each object. */
  onApplied(manifest: Manifest, done: string): void;
}

/** How far it came: `waiting` where nobody waited for the webhook, so that evictions may not be guarded yet. */
export type Outcome =
  | { kind: 'installed'; answers: string | undefined }
  | { kind: 'waiting'; guarded: boolean };

/**
 * Applies everything in the order in which no eviction is refused: the API server is told to ask the webhook when the
 * webhook has been seen answering it. Until then it asks about trials only, because the webhook is ready when its CA
 * stands in the configurations. Where a webhook is installed already it goes on guarding all the time.
 *
 * Nothing is taken back when something fails, and everything may be applied again.
 *
 * @throws UserError for conflicts, and for what the API server refuses; StoppedError when time is up; ConnectionError
 */
export async function carryOut(stages: Stages, options: CarryOutOptions): Promise<Outcome> {
  const { kube, signal, wait } = options;
  const { ground, definitions, surroundings, deployment, configurations } = stages;
  for (const manifest of [...ground, ...definitions]) await apply(manifest, options);
  await waitFor('the CRDs', options, () => lookForDefinitions(kube, definitions, signal));
  for (const manifest of surroundings) await apply(manifest, options);
  const guarding = await Promise.all(configurations.map((each) => openTrial(each, options)));
  for (const manifest of deployment) await apply(manifest, options);
  if (deployment.length === 0) return { kind: 'installed', answers: undefined };
  if (!wait) return { kind: 'waiting', guarded: guarding.every((each) => each) };
  for (const manifest of deployment) {
    await waitFor('the webhook', options, () => lookForDeployment(kube, manifest, signal));
  }
  const answers = await waitForAnswer(kube, options.version, options);
  for (const manifest of configurations) await apply(manifest, options);
  return { kind: 'installed', answers };
}

/** @returns whether a configuration is in force already, and so left as it is */
async function openTrial(manifest: Manifest, options: CarryOutOptions): Promise<boolean> {
  const live = await readLive(options.kube, manifest, options.signal);
  if (live && !isForTrials(live)) return true;
  await change(forTrials(manifest), live, options);
  options.onApplied(manifest, 'applied for trials only');
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
