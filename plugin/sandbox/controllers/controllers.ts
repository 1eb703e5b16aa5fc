import { budgets } from './budget.ts';
import { definitions } from './definitions.ts';
import { deployments } from './deployment.ts';
import { garbage } from './garbage.ts';
import { kubelet } from './kubelet.ts';
import { podGarbage } from './pod-garbage.ts';
import { Recorder } from './recorder.ts';
import { replicaSets } from './replicaset.ts';
import { scheduler } from './scheduler.ts';
import { statefulSets } from './statefulset.ts';
import type { Control } from './types.ts';

/** Starts all controllers and returns a function that stops them. */
export function startControllers(parts: Omit<Control, 'recorder'>): () => void {
  const control: Control = { ...parts, recorder: new Recorder(parts.objects, parts.clock) };
  const controllers = [
    statefulSets,
    deployments,
    replicaSets,
    scheduler,
    kubelet,
    budgets,
    garbage,
    podGarbage,
    definitions,
  ].map((start) => start(control));
  return () => {
    for (const controller of controllers) controller.stop();
  };
}
