import { NODES, PODS } from '../api/resources.ts';
import { WorkQueue } from './queue.ts';
import { type Control, type Controller, type Pod, resourceOf } from './types.ts';

/**
 * Starts the controller that removes the pods of a deleted node; the real pod garbage collector takes about 40 s
 * longer.
 */
export function podGarbage(control: Control): Controller {
  const { store } = control.objects;
  const queue = new WorkQueue(control.clock, (nodeName) => {
    if (store.get(NODES, undefined, nodeName)) return;
    for (const pod of store.list(PODS) as Pod[])
      if (pod.spec.nodeName === nodeName)
        control.objects.delete(resourceOf(control, PODS), pod.metadata.namespace, pod.metadata.name, {
          gracePeriodSeconds: 0,
        });
  });
  const unsubscribe = store.subscribe(({ resource, type, object }) => {
    if (resource === NODES && type === 'DELETED') queue.add(object.metadata.name);
  });
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}
