import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Scope } from './fetch.ts';
import type { TableOptions } from './table.ts';

/** The flags of `kubectl zone budget`. */
export interface ListRequest {
  name: string | undefined;
  allNamespaces: boolean;
  /** A label selector of budgets. */
  selector: string | undefined;
  watch: boolean;
  output: 'wide' | 'json' | 'yaml' | 'name' | undefined;
  connection: ConnectOptions;
}

/** The table format for a request. */
export function tableOptions({ allNamespaces, output }: ListRequest): TableOptions {
  return { namespaces: allNamespaces, wide: output === 'wide' };
}

/** kubectl's message for an empty result. */
export function noneFound({ namespace }: Scope): string {
  return namespace === undefined ? 'No resources found' : `No resources found in ${namespace} namespace.`;
}
