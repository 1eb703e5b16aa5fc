/** Pods whose init containers or sidecars keep them from being Ready, as kubelets write their status. */

const spec = {
  nodeName: 'zone-a-node-1',
  initContainers: [
    { name: 'migrate', image: 'migrate:v2' },
    { name: 'proxy', image: 'proxy:v1', restartPolicy: 'Always' },
  ],
  containers: [{ name: 'main', image: 'app:v1' }],
};
const metadata = { name: 'db-0', namespace: 'prod', uid: 'u', resourceVersion: '5' };
const condition = (type: string, status: string, message = '') => ({ type, status, message });
const waiting = (reason: string, message = '') => ({ waiting: { reason, message } });
const neverRan = { ready: false, restartCount: 0, state: waiting('PodInitializing') };

/** Its init container crashes; nothing after it has ever run. */
export const CRASHING_INIT = {
  metadata,
  spec,
  status: {
    phase: 'Pending',
    conditions: [
      condition('PodScheduled', 'True'),
      condition('Initialized', 'False', 'containers with incomplete status: [migrate proxy]'),
      condition('ContainersReady', 'False'),
      condition('Ready', 'False'),
    ],
    initContainerStatuses: [
      {
        name: 'migrate',
        ready: false,
        restartCount: 7,
        state: waiting('CrashLoopBackOff', 'back-off 5m0s restarting failed container=migrate'),
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      },
      { name: 'proxy', ...neverRan },
    ],
    containerStatuses: [{ name: 'main', ...neverRan }],
  },
};

/** Its sidecar crashes beside a main container that runs. */
export const CRASHING_SIDECAR = {
  metadata,
  spec,
  status: {
    phase: 'Running',
    conditions: [
      condition('PodScheduled', 'True'),
      condition('Initialized', 'True'),
      condition('ContainersReady', 'False', 'containers with unready status: [proxy]'),
      condition('Ready', 'False', 'containers with unready status: [proxy]'),
    ],
    initContainerStatuses: [
      {
        name: 'migrate',
        ready: true,
        restartCount: 0,
        state: { terminated: { exitCode: 0, reason: 'Completed' } },
      },
      {
        name: 'proxy',
        ready: false,
        restartCount: 9,
        state: waiting('CrashLoopBackOff', 'back-off 5m0s restarting failed container=proxy'),
      },
    ],
    containerStatuses: [{ name: 'main', ready: true, restartCount: 0, state: { running: {} } }],
    ephemeralContainerStatuses: [{ name: 'debugger', ready: false, restartCount: 0, state: { running: {} } }],
  },
};

/** Its init container has run for a while. */
export const RUNNING_INIT = {
  metadata,
  spec,
  status: {
    ...CRASHING_INIT.status,
    initContainerStatuses: [
      { name: 'migrate', ready: false, restartCount: 0, state: { running: {} } },
      { name: 'proxy', ...neverRan },
    ],
  },
};
