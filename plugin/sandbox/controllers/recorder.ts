import type { Clock } from '../../../shared/clock.ts';
import type { Objects } from '../api/objects.ts';
import { BUILT_IN, EVENTS } from '../api/resources.ts';
import { type KubeObject, timestamp } from '../store/object.ts';

/** Beyond this, the oldest events are deleted. */
const MAX_EVENTS = 1000;

/** Writes Kubernetes Events; repeated ones increment a count, and only the newest are kept. */
export class Recorder {
  private readonly objects: Objects;
  private readonly clock: Clock;
  private readonly names = new Map<string, { namespace: string; name: string }>();
  private sequence = 0;

  constructor(objects: Objects, clock: Clock) {
    this.objects = objects;
    this.clock = clock;
  }

  /** @param component the reporting component, such as `kubelet` */
  record(
    about: KubeObject,
    component: string,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    const resource = BUILT_IN.find((candidate) => candidate.storage === EVENTS);
    if (!resource) return;
    const now = timestamp(this.clock.nowMs());
    const key = `${about.metadata.uid} ${reason} ${message}`;
    const known = this.names.get(key);
    if (known && this.objects.store.get(EVENTS, known.namespace, known.name)) {
      this.objects.update(resource, known.namespace, known.name, (event) => ({
        ...event,
        lastTimestamp: now,
        count: Number(event.count ?? 1) + 1,
      }));
      return;
    }
    const namespace = about.metadata.namespace ?? 'default';
    this.sequence += 1;
    const name = `${about.metadata.name}.${this.sequence.toString(16).padStart(16, '0')}`;
    this.names.set(key, { namespace, name });
    this.objects.create(resource, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        kind: about.kind,
        namespace: about.metadata.namespace,
        name: about.metadata.name,
        uid: about.metadata.uid,
        apiVersion: about.apiVersion,
        resourceVersion: about.metadata.resourceVersion,
      },
      reason,
      message,
      source: { component },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: '',
    });
    this.forgetOldest();
  }

  private forgetOldest(): void {
    for (const [key, { namespace, name }] of this.names) {
      if (this.names.size <= MAX_EVENTS) return;
      this.names.delete(key);
      const resource = BUILT_IN.find((candidate) => candidate.storage === EVENTS);
      if (resource && this.objects.store.get(EVENTS, namespace, name))
        this.objects.delete(resource, namespace, name);
    }
  }
}
