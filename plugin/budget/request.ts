import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Scope } from './fetch.ts';
import type { TableOptions } from './table.ts';

/** `kubectl zone budget` as its flags say. */
export interface ListRequest {
  name: string | undefined;
  allNamespaces: boolean;
  /** Of labels of budgets. */
  selector: string | undefined;
  watch: boolean;
  output: 'wide' | 'json' | 'yaml' | 'name' | undefined;
  connection: ConnectOptions;
}

/** How the table of a request looks. */
export function tableOptions({ allNamespaces, output }: ListRequest): TableOptions {
  return { namespaces: allNamespaces, wide: output === 'wide' };
}

/** Says that there is nothing, as kubectl does. */
export function noneFound({ namespace }: Scope): string {
  return namespace === undefined ? 'No resources found' : `No resources found in ${namespace} namespace.`;
}
