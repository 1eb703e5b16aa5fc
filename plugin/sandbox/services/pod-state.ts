import { PREFIX } from '../controllers/simulation.ts';
import type { Pod } from '../controllers/types.ts';
import { type Fields, isFields } from '../store/object.ts';

/** Annotation with the service that a pod provides. */
export const SERVES = `${PREFIX}serves`;

const HTTP_PORTS: readonly string[] = ['http', 'http-metrics'];
const DEFAULT_PORT = 80;

/** The state of a pod's processes: `exited` is a graceful exit, `down` is before the start or any other exit. */
export type Processes = 'running' | 'exited' | 'down';

export function processesOf(pod: Pod): Processes {
  const states = (pod.status.containerStatuses ?? []).map(({ state }) => (isFields(state) ? state : {}));
  if (states.some(({ running }) => isFields(running))) return 'running';
  const exited = ({ terminated }: Fields) => isFields(terminated) && terminated.exitCode === 0;
  return states.length > 0 && states.every(exited) ? 'exited' : 'down';
}

/** The ports that a pod's containers declare, in order. */
export function portsOf(pod: Pod): readonly { name: string; number: number }[] {
  return pod.spec.containers
    .flatMap((container) => ('ports' in container ? listOf(container.ports) : []))
    .map(({ name, containerPort }) => ({ name: String(name ?? ''), number: Number(containerPort) }));
}

/** The port of a pod's pages: `http` or `http-metrics`, otherwise the first declared, otherwise 80. */
export function httpPort(pod: Pod): number {
  const ports = portsOf(pod);
  const named = ports.find(({ name }) => HTTP_PORTS.includes(name));
  return (named ?? ports[0])?.number ?? DEFAULT_PORT;
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
