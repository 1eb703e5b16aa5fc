/** How a replica's release reads and writes the status. */
import { PROTOCOL } from '../../../../../shared/budget/decide/trust.ts';
import type {
  BudgetStatus,
  Reservation,
  ZoneDisruptionBudget,
} from '../../../../../shared/budget/decide/types.ts';

export interface Dialect {
  decode(budget: ZoneDisruptionBudget): ZoneDisruptionBudget;
  encode(status: BudgetStatus): BudgetStatus;
}

/** This release. */
export const PRESENT: Dialect = { decode: (budget) => budget, encode: (status) => status };

interface NextStatus extends BudgetStatus {
  elsewhere?: readonly Reservation[];
}

/** A later release, which keeps its reservations where this one does not look for them. */
export const NEXT: Dialect = {
  decode(budget) {
    const status: NextStatus = budget.status;
    if (status.protocol <= PROTOCOL) return budget;
    return { ...budget, status: { ...status, protocol: PROTOCOL, reservations: status.elsewhere ?? [] } };
  },
  encode(status): NextStatus {
    return { ...status, protocol: PROTOCOL + 1, elsewhere: status.reservations, reservations: [] };
  },
};
