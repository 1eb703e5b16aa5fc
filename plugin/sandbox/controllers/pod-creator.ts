import type { Admission } from '../api/admission.ts';
import type { AdmissionQuestion } from '../api/admission-review.ts';
import { StatusError } from '../api/errors.ts';
import { PODS } from '../api/resources.ts';
import { controllerOf, type KubeObject } from '../store/object.ts';
import { type Control, resourceOf } from './types.ts';

/** Callbacks of a controller for the creation of a pod. */
export interface PodCreated {
  created(pod: KubeObject): void;
  /** A webhook has denied it or did not respond. */
  refused(): void;
}

/**
 * Creates the pods of workloads through admission webhooks, as the real controllers do through the API server. Without
 * matching webhooks creation is immediate; otherwise the pod is `underway` until they have responded, and a controller
 * must count it so as not to create another one in its place.
 */
export class PodCreator {
  private readonly control: Control;
  private readonly admission: Admission;
  private readonly waiting = new Map<string, Set<KubeObject>>();
  private stopped = false;

  constructor(control: Control) {
    this.control = control;
    this.admission = control.admission;
  }

  /** The pods of a workload that wait for webhooks, as passed in. */
  underway(ownerUid: string | undefined): ReadonlySet<KubeObject> {
    return this.waiting.get(ownerUid ?? '') ?? new Set();
  }

  create(pod: KubeObject, then: PodCreated): void {
    const question = this.questionOf(pod);
    if (!this.admission.concerns(question)) {
      then.created(this.store(pod));
      return;
    }
    const owner = controllerOf(pod)?.uid ?? '';
    const siblings = this.waiting.get(owner) ?? new Set();
    this.waiting.set(owner, siblings.add(pod));
    const settle = (finish: () => void) => {
      siblings.delete(pod);
      if (siblings.size === 0) this.waiting.delete(owner);
      if (!this.stopped) finish();
    };
    this.admission.review(question).then(
      ({ object }) => settle(() => this.storeAdmitted(object ?? pod, then)),
      () => settle(() => then.refused()),
    );
  }

  /** Abandons pods that wait for webhooks. */
  stop(): void {
    this.stopped = true;
  }

  private storeAdmitted(pod: KubeObject, then: PodCreated): void {
    try {
      then.created(this.store(pod));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      then.refused();
    }
  }

  private store(pod: KubeObject): KubeObject {
    return this.control.objects.create(resourceOf(this.control, PODS), pod);
  }

  private questionOf(pod: KubeObject): AdmissionQuestion {
    return {
      operation: 'CREATE',
      resource: resourceOf(this.control, PODS),
      namespace: pod.metadata.namespace,
      name: pod.metadata.name,
      object: pod,
      dryRun: false,
      user: { username: 'system:kube-controller-manager', groups: ['system:authenticated'] },
    };
  }
}
