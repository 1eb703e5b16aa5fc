import * as z from 'zod/mini';
import { readWorkload, type Workload, type WorkloadKind } from '../../shared/budget/decide/workload.ts';
import { LabelSelectorSchema } from '../../shared/kube/objects/parts.ts';
import type { LabelSelector } from '../../shared/kube/selectors.ts';

/** A workload that a budget can be made for. */
export interface SelectingWorkload extends Workload {
  selector: LabelSelector;
}

const Selecting = z.object({
  spec: z.object({
    selector: LabelSelectorSchema,
  }),
});

/** Parses a workload with its selector. Throws if it is malformed. */
export function readSelectingWorkload(kind: WorkloadKind, object: unknown): SelectingWorkload {
  return { ...readWorkload(kind, object), selector: Selecting.parse(object).spec.selector };
}
