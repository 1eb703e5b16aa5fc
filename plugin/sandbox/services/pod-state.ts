import { PREFIX } from '../controllers/simulation.ts';
import type { Pod } from '../controllers/types.ts';
import { type Fields, isFields } from '../store/object.ts';

/** Annotation that names what a pod serves. */
export const SERVES = `${PREFIX}serves`;

const HTTP_PORTS: readonly string[] = ['http', 'http-metrics'];
const DEFAULT_PORT = 80;

/** What the processes of a pod do: `exited` is an end in good order, `down` all before that and any other end. */
export type Processes = 'running' | 'exited' | 'down';

export function processesOf(pod: Pod): Processes {
  const states = (pod.status.containerStatuses ?? []).map(({ state }) => (isFields(state) ? state : {}));
  if (states.some(({ running }) => isFields(running))) return 'running';
  const exited = ({ terminated }: Fields) => isFields(terminated) && terminated.exitCode === 0;
  return states.length > 0 && states.every(exited) ? 'exited' : 'down';
}

/** The ports that a pod's containers declare, in their order. */
export function portsOf(pod: Pod): readonly { name: string; number: number }[] {
  return pod.spec.containers
    .flatMap((container) => ('ports' in container ? listOf(container.ports) : []))
    .map(({ name, containerPort }) => ({ name: String(name ?? ''), number: Number(containerPort) }));
}

/** Where a pod serves pages: its port `http` or `http-metrics`, else the first that it declares, else 80. */
export function httpPort(pod: Pod): number {
  const ports = portsOf(pod);
  const named = ports.find(({ name }) => HTTP_PORTS.includes(name));
  return (named ?? ports[0])?.number ?? DEFAULT_PORT;
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
