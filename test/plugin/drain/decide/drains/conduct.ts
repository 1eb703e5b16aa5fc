import { decideDrain } from '../../../../../plugin/drain/decide/decide.ts';
import type { Decide } from '../simulate.ts';

/** What drains do. Each rule can be broken, and the properties must notice it. */
export interface Conduct {
  decide: Decide;
  /** Makes requests impossible that a holder of the Lease before may have sent, if it has not released it. */
  settles: boolean;
  /** Keeps in the Lease that such requests may still be carried out, for the case that it dies as well. */
  remembersUnsettled: boolean;
  /** Decides nothing with a Lease that had a holder before, until its watches show what that one did. */
  reaches: boolean;
  /** Acts on a Lease only for as long as nobody else can have it. */
  expires: boolean;
  /** Releases no Lease at its end while its requests may still be carried out. */
  leaves: boolean;
  /** Counts the pods of owners without a scale. */
  counts: boolean;
  /** Keeps their expected number in the Lease while some are missing. */
  notes: boolean;
  /** Looks at the pods again before it releases Leases at its end. */
  looksLast: boolean;
  /** Leaves pods alone that come back to a cordoned node again and again. */
  endsReturns: boolean;
}

export const RIGHT: Conduct = {
  decide: decideDrain,
  settles: true,
  remembersUnsettled: true,
  reaches: true,
  expires: true,
  leaves: true,
  counts: true,
  notes: true,
  looksLast: true,
  endsReturns: true,
};
