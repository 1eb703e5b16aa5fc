import { CRDS } from '../api/resources.ts';
import { fieldsAt, keyOf, timestamp } from '../store/object.ts';
import { WorkQueue } from './queue.ts';
import { type Control, type Controller, resourceOf } from './types.ts';

/** Starts the controller that sets a CustomResourceDefinition to Established; it is served from its creation. */
export function definitions(control: Control): Controller {
  const { store } = control.objects;
  const queue = new WorkQueue(control.clock, (name) => establish(control, name));
  const unsubscribe = store.subscribe(({ resource, object }) => {
    if (resource === CRDS) queue.add(keyOf(object));
  });
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function establish(control: Control, name: string): void {
  const definition = control.objects.store.get(CRDS, undefined, name);
  if (!definition) return;
  const { versions, names } = fieldsAt(definition, 'spec');
  const stored = Array.isArray(versions)
    ? versions.filter((version) => version.storage).map((version) => version.name)
    : [];
  const since = definition.metadata.creationTimestamp ?? timestamp(control.clock.nowMs());
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: since,
    reason,
    message,
  });
  const status = {
    acceptedNames: names,
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: stored,
  };
  control.objects.update(resourceOf(control, CRDS), undefined, name, (current) => ({ ...current, status }), {
    subresource: 'status',
  });
}
