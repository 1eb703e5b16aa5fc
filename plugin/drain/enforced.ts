import type { Kube } from '../../shared/kube/kube.ts';
import { type Enforcement, readEnforcement } from '../budget/enforcement.ts';

/** Where a webhook enforces ZoneDisruptionBudgets, so that their status can be relied on. */
export interface EnforcedNamespaces {
  /** Undefined until it is known; it is then asked for, and `onChange` is called. */
  of(namespace: string): Enforcement | undefined;
}

/**
 * Looks once for each namespace. What cannot be found out counts as not enforced, because the drain then counts the
 * pods itself.
 */
export function enforcedNamespaces(kube: Kube, onChange: () => void): EnforcedNamespaces {
  const known = new Map<string, Enforcement>();
  const asking = new Set<string>();

  async function ask(namespace: string): Promise<void> {
    asking.add(namespace);
    known.set(
      namespace,
      await readEnforcement(kube, namespace).catch((error: unknown) => ({
        kind: 'unknown' as const,
        reason: `it cannot be found out whether budgets are enforced: ${error instanceof Error ? error.message : String(error)}`,
        fix: undefined,
      })),
    );
    onChange();
  }

  return {
    of(namespace) {
      if (!asking.has(namespace)) void ask(namespace);
      return known.get(namespace);
    },
  };
}
