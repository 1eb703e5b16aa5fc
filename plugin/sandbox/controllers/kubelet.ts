import { NODES, PODS } from '../api/resources.ts';
import { fieldsAt, keyOf } from '../store/object.ts';
import { type Activity, podStatus, type Simulated } from './pod-status.ts';
import { isFinished, isTerminating } from './pods.ts';
import { WorkQueue } from './queue.ts';
import { faultOf, flushOf, startMs } from './simulation.ts';
import { type Control, type Controller, type Pod, resourceOf } from './types.ts';

/** A pod managed by a kubelet. */
interface Running extends Simulated {
  uid: string;
  images: string;
  /** Grace period for which the end was planned; `undefined` while the pod is not being deleted. */
  endingGraceS: number | undefined;
  cancel: () => void;
}

/** The exit code of a killed process: 128 plus the signal number. */
const SIGKILL_EXIT_CODE = 137;
const PULL_RETRY_MS = 1000;
const MAX_CRASH_BACKOFF_MS = 300_000;
const FIRST_CRASH_BACKOFF_MS = 10_000;
/** The simulated ContainerCreating phase lasts at most this long, however long the pod takes to become ready. */
const MAX_CREATING_MS = 1000;

/**
 * Starts one kubelet for all nodes. It runs no containers: it waits for the durations in the pod's annotations
 * (`simulation.ts`) and reports the resulting pod status.
 */
export function kubelet(control: Control): Controller {
  const { objects, clock, random, recorder } = control;
  const pods = new Map<string, Running>();
  let addresses = 0;

  const report = (key: string, running: Running, activity?: Activity) => {
    if (activity) running.activity = activity;
    const pod = podAt(key);
    if (pod?.metadata.uid !== running.uid || isFinished(pod)) return;
    objects.update(
      resourceOf(control, PODS),
      pod.metadata.namespace,
      pod.metadata.name,
      (current) => ({ ...current, status: podStatus(current as Pod, running, clock.nowMs()) }),
      { subresource: 'status' },
    );
  };

  const after = (running: Running, delayMs: number, run: () => void) => {
    running.cancel();
    running.cancel = clock.schedule(delayMs, run);
  };

  const podAt = (key: string): Pod | undefined => {
    const [namespace, name = ''] = key.split('/');
    return objects.store.get(PODS, namespace, name) as Pod | undefined;
  };

  const note = (pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string) =>
    recorder.record(pod, 'kubelet', type, reason, message);

  const start = (key: string, pod: Pod, running: Running) => {
    const fault = faultOf(pod);
    const wholeMs = startMs(pod, random);
    const creatingMs = Math.min(wholeMs / 2, MAX_CREATING_MS);
    report(key, running, { kind: 'creating' });
    if (fault?.kind === 'broken')
      return after(running, creatingMs, () => failPull(key, pod, running, fault.image));
    after(running, creatingMs, () => {
      for (const { name, image } of pod.spec.containers) {
        note(pod, 'Normal', 'Pulled', `Container image "${image}" already present on machine`);
        note(pod, 'Normal', 'Started', `Started container ${name}`);
      }
      const sinceMs = clock.nowMs();
      report(key, running, { kind: 'running', sinceMs });
      after(running, wholeMs - creatingMs, () => {
        if (fault) crash(key, pod, running);
        else report(key, running, { kind: 'ready', sinceMs });
      });
    });
  };

  const failPull = (key: string, pod: Pod, running: Running, image: string) => {
    const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": not found`;
    note(pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
    report(key, running, { kind: 'waiting', reason: 'ErrImagePull', message });
    after(running, PULL_RETRY_MS, () => {
      const backOff = `Back-off pulling image "${image}"`;
      note(pod, 'Normal', 'BackOff', backOff);
      report(key, running, {
        kind: 'waiting',
        reason: 'ImagePullBackOff',
        message: `${backOff}: ErrImagePull: ${message}`,
      });
    });
  };

  const crash = (key: string, pod: Pod, running: Running) => {
    const name = pod.spec.containers[0]?.name ?? '';
    const backOffMs = Math.min(FIRST_CRASH_BACKOFF_MS * 2 ** running.restarts, MAX_CRASH_BACKOFF_MS);
    const where = `${name} pod=${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
    const message = `back-off ${backOffMs / 1000}s restarting failed container=${where}`;
    running.restarts += 1;
    note(pod, 'Warning', 'BackOff', `Back-off restarting failed container ${where}`);
    report(key, running, { kind: 'waiting', reason: 'CrashLoopBackOff', message, finishedMs: clock.nowMs() });
    after(running, backOffMs, () => {
      report(key, running, { kind: 'running', sinceMs: clock.nowMs() });
      after(running, startMs(pod, random), () => crash(key, pod, running));
    });
  };

  const end = (pod: Pod, running: Running) => {
    const { namespace, name, uid } = pod.metadata;
    if (running.endingGraceS === undefined)
      for (const container of pod.spec.containers)
        note(pod, 'Normal', 'Killing', `Stopping container ${container.name}`);
    running.endingGraceS = pod.metadata.deletionGracePeriodSeconds ?? 0;
    const { lastsMs, killed } = flushOf(pod, random);
    after(running, lastsMs, () => {
      const key = keyOf(pod);
      if (podAt(key)?.metadata.uid !== uid) return;
      // The exit codes are written before the object is deleted; a container that never ran has none.
      const { activity } = running;
      if (activity.kind === 'running' || activity.kind === 'ready') {
        const exitCode = killed ? SIGKILL_EXIT_CODE : 0;
        const { sinceMs } = activity;
        report(key, running, { kind: 'ended', sinceMs, exitCode, finishedMs: clock.nowMs() });
      }
      objects.delete(resourceOf(control, PODS), namespace, name, { gracePeriodSeconds: 0 });
    });
  };

  const take = (pod: Pod): Running => {
    const node = objects.store.get(NODES, undefined, pod.spec.nodeName ?? '');
    const addressesOfNode = node ? fieldsAt(node, 'status').addresses : undefined;
    const hostIP = Array.isArray(addressesOfNode) ? String(addressesOfNode[0]?.address ?? '') : '';
    addresses += 1;
    return {
      uid: pod.metadata.uid ?? '',
      images: imagesOf(pod),
      endingGraceS: undefined,
      cancel: () => {},
      activity: { kind: 'creating' },
      restarts: 0,
      podIP: `10.${128 + ((addresses >> 16) & 63)}.${(addresses >> 8) & 255}.${addresses & 255}`,
      hostIP,
      startedMs: clock.nowMs(),
    };
  };

  const sync = (key: string) => {
    const pod = podAt(key);
    let running = pods.get(key);
    if (running && running.uid !== pod?.metadata.uid) {
      running.cancel();
      pods.delete(key);
      running = undefined;
    }
    if (!pod?.spec.nodeName || isFinished(pod)) return;
    if (!running) {
      running = take(pod);
      pods.set(key, running);
      if (!isTerminating(pod)) start(key, pod, running);
    }
    if (isTerminating(pod)) {
      if (running.endingGraceS !== pod.metadata.deletionGracePeriodSeconds) end(pod, running);
    } else if (running.images !== imagesOf(pod)) {
      running.images = imagesOf(pod);
      running.restarts += 1;
      start(key, pod, running);
    } else report(key, running);
  };

  const queue = new WorkQueue(clock, sync);
  const unsubscribe = objects.store.subscribe(({ resource, object }) => {
    if (resource === PODS) queue.add(keyOf(object));
  });
  return {
    stop() {
      unsubscribe();
      queue.stop();
      for (const running of pods.values()) running.cancel();
    },
  };
}

function imagesOf(pod: Pod): string {
  return pod.spec.containers.map(({ image }) => image).join(' ');
}
