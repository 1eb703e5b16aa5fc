/** A LabelSelector as in workloads and budgets. An empty one selects everything. */
export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>> | undefined;
  matchExpressions?: readonly LabelRequirement[] | undefined;
}

export interface LabelRequirement {
  key: string;
  /** `In`, `NotIn`, `Exists` or `DoesNotExist`; a string because new servers may add operators. */
  operator: string;
  values?: readonly string[] | undefined;
}

/**
 * The selector in the format of the `labelSelector` query parameter; empty if it selects everything.
 *
 * @throws TypeError for an operator that the query syntax does not support
 */
export function labelSelectorText(selector: LabelSelector): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  return [...equal, ...(selector.matchExpressions ?? []).map(requirementText)].join(',');
}

function requirementText({ key, operator, values = [] }: LabelRequirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      throw new TypeError(`unknown label selector operator ${operator} for ${key}`);
  }
}

/**
 * Whether labels match, by the API server's rules: all requirements must be met, and `NotIn` also matches if
 * the key is absent. An unknown operator matches nothing.
 */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(
    ([key, value]) => own(labels, key) === value,
  );
  return equal && (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels));
}

function meets({ key, operator, values = [] }: LabelRequirement, labels: Readonly<Record<string, string>>) {
  const value = own(labels, key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** A label may be named `constructor`, which every object inherits. */
function own(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
