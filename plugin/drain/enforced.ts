import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { type Enforcement, readEnforcement } from '../budget/enforcement.ts';

/** Where a webhook enforces ZoneDisruptionBudgets, so that their status can be trusted. */
export interface EnforcedNamespaces {
  /** Undefined until it is known; it is then determined, and `onChange` is called. */
  of(namespace: string): Enforcement | undefined;
  stop(): void;
}

/** After a failed check. */
const RETRY_MS = 5_000;
/** A webhook may be installed or removed during a drain. */
const LONGEST_AGE_MS = 60_000;

/**
 * Checks each requested namespace, and again after a while (R12). If the check fails, the namespace counts as not
 * enforced, because the drain then counts the pods itself.
 */
export function enforcedNamespaces(kube: Kube, clock: Clock, onChange: () => void): EnforcedNamespaces {
  const known = new Map<string, { enforcement: Enforcement; atMs: number }>();
  const asking = new Set<string>();
  const retries = new Set<() => void>();
  let stopped = false;

  async function ask(namespace: string): Promise<void> {
    asking.add(namespace);
    const enforcement = await readEnforcement(kube, namespace).catch((error: unknown) => ({
      kind: 'unknown' as const,
      reason: `cannot determine whether budgets are enforced: ${error instanceof Error ? error.message : String(error)}`,
      fix: undefined,
    }));
    asking.delete(namespace);
    if (stopped) return;
    known.set(namespace, { enforcement, atMs: clock.monotonicMs() });
    if (enforcement.kind === 'unknown') {
      const cancel = clock.schedule(RETRY_MS, () => {
        retries.delete(cancel);
        onChange();
      });
      retries.add(cancel);
    }
    onChange();
  }

  function isDue(namespace: string): boolean {
    const last = known.get(namespace);
    if (!last) return true;
    const ageMs = clock.monotonicMs() - last.atMs;
    return ageMs >= (last.enforcement.kind === 'unknown' ? RETRY_MS : LONGEST_AGE_MS);
  }

  return {
    of(namespace) {
      if (!stopped && !asking.has(namespace) && isDue(namespace)) void ask(namespace);
      return known.get(namespace)?.enforcement;
    },
    stop() {
      stopped = true;
      for (const cancel of retries) cancel();
    },
  };
}
