import { type Fields, fieldsAt, isFields } from '../store/object.ts';
import type { Pod } from './types.ts';

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash']);
const UNITS_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * How long the preStop hooks of a pod delay SIGTERM: the longest of its containers' `sleep` actions, and of commands
 * that begin with a sleep. Other hooks take no time, because the sandbox runs no containers.
 * https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
 */
export function preStopMs(pod: Pod): number {
  return Math.max(0, ...pod.spec.containers.map((container) => hookMs({ ...container })));
}

function hookMs(container: Fields): number {
  const hook = fieldsAt(fieldsAt(container, 'lifecycle'), 'preStop');
  const { seconds } = fieldsAt(hook, 'sleep');
  if (typeof seconds === 'number') return seconds * 1000;
  return isFields(hook.exec) && Array.isArray(hook.exec.command)
    ? commandMs(hook.exec.command.map(String))
    : 0;
}

function commandMs(command: readonly string[]): number {
  const [program = '', flag, script = ''] = command;
  const words = SHELLS.has(baseName(program)) && flag === '-c' ? script.trim().split(/[\s;&|]+/) : command;
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(words[1] ?? '') ?? [];
  return baseName(words[0] ?? '') === 'sleep' ? Number(amount) * (UNITS_MS[unit] ?? 0) : 0;
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
