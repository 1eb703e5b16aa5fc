/** How long a pod continues to serve after its termination has begun. */
import type { Container, PodSpec, PreStop } from './objects/pod-spec.ts';
import type { Service } from './objects/service.ts';

/** The duration of a hook; `unknown` if it depends on the application. */
export type HookTime = { kind: 'none' } | { kind: 'unknown' } | { kind: 'sleep'; seconds: number };

/**
 * How long a preStop hook delays the container's stop. A command counts as a sleep if it is one, or begins with one in a
 * shell: `sh -c "sleep 40; nginx -s quit"`.
 */
export function hookTime(preStop: PreStop | null | undefined): HookTime {
  if (!preStop) return { kind: 'none' };
  if (preStop.sleep) return { kind: 'sleep', seconds: preStop.sleep.seconds };
  if (!preStop.exec) return { kind: 'unknown' };
  const seconds = sleepOf(preStop.exec.command);
  return seconds === undefined ? { kind: 'unknown' } : { kind: 'sleep', seconds };
}

/** Whether the command only sleeps. */
export function onlySleeps(command: readonly string[]): boolean {
  const script = scriptOf(command);
  return script === undefined
    ? sleepOf(command) !== undefined
    : /^\s*(\S*\/)?sleep\s+\S+\s*;?\s*$/.test(script);
}

/** Whether the command runs in a shell. */
export function usesShell(command: readonly string[]): boolean {
  return scriptOf(command) !== undefined;
}

/**
 * How long the pod continues to serve through this container. Regular containers are stopped all at once; sidecars (init
 * containers that restart always) only when those have ended.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#sidecar-containers-and-pod-lifecycle
 */
export function servingTime(spec: PodSpec, container: Container): HookTime {
  const own = hookTime(container.lifecycle?.preStop);
  if (!isSidecar(container)) return own;
  const times = [own, ...spec.containers.map(({ lifecycle }) => hookTime(lifecycle?.preStop))];
  return longest(times);
}

/** The longest hook of the pod's containers: its grace period must be longer. */
export function longestHook(spec: PodSpec): HookTime {
  return longest(spec.containers.map(({ lifecycle }) => hookTime(lifecycle?.preStop)));
}

/**
 * The containers that Services send requests to, by their ports. A port that no container declares may belong to any of
 * them: among several containers, those with a hook or a probe are assumed.
 */
export function servingContainers(spec: PodSpec, services: readonly Service[]): Container[] {
  const candidates = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)];
  const wanted = services.flatMap(({ spec: { ports } }) =>
    (ports ?? []).map(({ port, targetPort }) => targetPort ?? port),
  );
  const declaring = candidates.filter(({ ports }) =>
    (ports ?? []).some(
      ({ name, containerPort }) => wanted.includes(containerPort) || wanted.includes(name ?? ''),
    ),
  );
  if (declaring.length > 0) return declaring;
  const able = candidates.filter((each) => each.lifecycle?.preStop || each.readinessProbe);
  return able.length > 0 ? able : spec.containers.slice(0, 1);
}

function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

function longest(times: readonly HookTime[]): HookTime {
  if (times.some(({ kind }) => kind === 'unknown')) return { kind: 'unknown' };
  const seconds = times.flatMap((time) => (time.kind === 'sleep' ? [time.seconds] : []));
  return seconds.length === 0 ? { kind: 'none' } : { kind: 'sleep', seconds: Math.max(...seconds) };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function sleepOf(command: readonly string[]): number | undefined {
  const words =
    scriptOf(command)
      ?.trim()
      .split(/[\s;&|]+/) ?? command;
  const [program = '', amount = ''] = words;
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(amount);
  if (baseName(program) !== 'sleep' || !match) return undefined;
  return Number(match[1]) * (UNIT_SECONDS[match[2] || 's'] ?? 1);
}

/** The script of a shell command; undefined for a command without a shell. */
function scriptOf([program = '', flag = '', script]: readonly string[]): string | undefined {
  const isShell = ['sh', 'bash', 'ash', 'dash', 'busybox'].includes(baseName(program));
  return isShell && /^-\w*c$/.test(flag) ? script : undefined;
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
