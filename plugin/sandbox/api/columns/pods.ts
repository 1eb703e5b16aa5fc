import { type Fields, fieldsAt, isFields, type KubeObject } from '../../store/object.ts';
import { AGE, age, type Column, fieldsIn, text } from './column.ts';

/** The columns of `kubectl get pods` (pkg/printers/internalversion/printers.go, printPod). */
export const POD_COLUMNS: readonly Column[] = [
  text('Ready', readyText),
  text('Status', statusText),
  text('Restarts', restartsText),
  AGE,
  text('IP', (pod) => fieldsAt(pod, 'status').podIP ?? '<none>', 1),
  text('Node', (pod) => fieldsAt(pod, 'spec').nodeName ?? '<none>', 1),
  text('Nominated Node', () => '<none>', 1),
  text('Readiness Gates', gatesText, 1),
];

function readyText(pod: KubeObject): string {
  const ready = containerStatuses(pod).filter((status) => status.ready === true).length;
  return `${ready}/${fieldsIn(fieldsAt(pod, 'spec').containers).length}`;
}

function statusText(pod: KubeObject): string {
  const { phase, reason } = fieldsAt(pod, 'status');
  if (pod.metadata.deletionTimestamp) return 'Terminating';
  for (const status of containerStatuses(pod).toReversed()) {
    const { waiting, terminated } = fieldsAt(status, 'state');
    if (isFields(waiting) && waiting.reason) return String(waiting.reason);
    if (isFields(terminated) && terminated.reason) return String(terminated.reason);
  }
  return String(reason ?? phase ?? 'Unknown');
}

function restartsText(pod: KubeObject, nowMs: number): string {
  const statuses = containerStatuses(pod);
  const restarts = statuses.reduce((sum, status) => sum + Number(status.restartCount ?? 0), 0);
  const last = statuses.map((status) => fieldsAt(status, 'lastState', 'terminated').finishedAt).find(Boolean);
  return restarts > 0 && last ? `${restarts} (${age(last, nowMs)} ago)` : String(restarts);
}

function gatesText(pod: KubeObject): string {
  const gates = fieldsIn(fieldsAt(pod, 'spec').readinessGates);
  if (gates.length === 0) return '<none>';
  const conditions = fieldsIn(fieldsAt(pod, 'status').conditions);
  const open = gates.filter((gate) =>
    conditions.some((condition) => condition.type === gate.conditionType && condition.status === 'True'),
  );
  return `${open.length}/${gates.length}`;
}

function containerStatuses(pod: KubeObject): Fields[] {
  return fieldsIn(fieldsAt(pod, 'status').containerStatuses);
}
