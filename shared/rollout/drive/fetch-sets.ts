import { UserError } from '../../errors.ts';
import { getOrExplain } from '../../kube/get-or-explain.ts';
import type { Kube } from '../../kube/kube.ts';
import { listAll } from '../../kube/list.ts';
import { readStatefulSet, type StatefulSet } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import { parseSelector } from '../../kube/selector-text.ts';
import { labelSelectorText } from '../../kube/selectors.ts';
import { listNames } from '../../sentences.ts';
import { groupsOf, idOfGroup, idOfSelection, type SetGroup } from '../decide/groups.ts';
import { setsWorkload } from '../decide/workload.ts';
import { commandName, idOf } from '../decide/workload-id.ts';
import { setsPort } from './sets-port.ts';
import { type SetSelection, type SetsSeen, setCaches } from './watch-sets.ts';
import { watchWorkload } from './watches.ts';
import type { FetchedWorkload } from './workload-port.ts';

/** Several groups have the name on the command line. */
export class SeveralGroupsError extends UserError {
  override readonly name = 'SeveralGroupsError';
  /** A selector for each, that together with the name selects only this one. */
  readonly selectors: readonly string[];

  constructor(name: string, groups: readonly SetGroup[]) {
    const described = groups.map(({ selector, sets }) => `${selector} (${namesOf(sets)})`);
    const [first] = groups;
    super(
      `${groups.length} groups are called ${name}: ${described.join('; ')}`,
      `name one: group/${name} -l '${first?.selector}'`,
    );
    this.selectors = groups.map(({ selector }) => selector);
  }
}

/** @throws UserError that lists the existing ones if it does not exist */
export async function fetchStatefulSet(kube: Kube, name: string): Promise<FetchedWorkload> {
  const address = { ...RESOURCES.statefulsets, namespace: kube.namespace, name };
  const found = readStatefulSet(await getOrExplain(kube, address, 'statefulset'));
  const id = idOf('statefulset', found.metadata);
  return fetchedSets(kube, { id, name, matches: () => true }, [found]);
}

/**
 * Gets the StatefulSets with the label `rollout-group`.
 *
 * @param selector that they also match
 * @throws UserError that lists the existing groups if there is none, SeveralGroupsError if there are several
 */
export async function fetchGroup(
  kube: Kube,
  { name, selector = '' }: { name: string; selector?: string | undefined },
): Promise<FetchedWorkload> {
  const matches = matcherOf(selector);
  const groups = groupsOf(await listSets(kube));
  const named = groups.filter((group) => group.name === name);
  const found = named.filter(({ sets }) => sets.some(({ metadata }) => matches(metadata.labels)));
  const [group, ...others] = found;
  if (!group) {
    const names = [...new Set(groups.map((each) => each.name))];
    const also = selector === '' ? '' : ` that matches ${selector}`;
    throw new UserError(
      `no StatefulSet in namespace "${kube.namespace}" has the label rollout-group=${name}${also}`,
      names.length > 0 ? `the groups are: ${listNames(names)}` : 'choose another namespace with -n',
    );
  }
  if (others.length > 0) throw new SeveralGroupsError(name, found);
  return fetchedGroup(kube, group, named.length > 1);
}

/**
 * Gets the StatefulSets that a selector matches. If they have the label `rollout-group`, they must be one whole group:
 * the others hold the same data, and must not be disrupted at the same time.
 *
 * @throws UserError if there is none, and if they are of several groups or only a part of one
 */
export async function fetchSelected(kube: Kube, selector: string): Promise<FetchedWorkload> {
  const matches = matcherOf(selector);
  const sets = await listSets(kube);
  const selected = sets.filter(({ metadata }) => matches(metadata.labels));
  if (selected.length === 0) {
    const names = sets.map(({ metadata }) => metadata.name);
    throw new UserError(
      `no StatefulSet in namespace "${kube.namespace}" matches -l '${selector}'`,
      names.length > 0 ? `there are: ${listNames(names)}` : 'choose another namespace with -n',
    );
  }
  const groups = groupsOf(sets);
  const touched = groups.filter((group) => selected.some(group.has));
  const loose = selected.filter((set) => !touched.some((group) => group.has(set)));
  const [group, ...others] = touched;
  if (!group) {
    const id = idOfSelection(kube.namespace, selector);
    return fetchedSets(
      kube,
      { id, name: undefined, matches: ({ metadata }) => matches(metadata.labels) },
      selected,
    );
  }
  if (others.length > 0 || loose.length > 0) {
    const described = touched.map((each) => `group/${each.name} (${namesOf(each.sets)})`);
    if (loose.length > 0) described.push(`without the label rollout-group: ${namesOf(loose)}`);
    throw new UserError(
      `-l '${selector}' matches StatefulSets that do not belong together: ${described.join('; ')}`,
      `roll them out one after the other: ${targetOf(group, groups)}`,
    );
  }
  if (!group.sets.every((set) => selected.includes(set))) {
    const rest = group.sets.filter((set) => !selected.includes(set));
    throw new UserError(
      `-l '${selector}' matches only a part of group/${group.name}: ${namesOf(rest)} would not be considered`,
      `roll out the whole group: ${targetOf(group, groups)}`,
    );
  }
  return fetchedGroup(kube, group, isAmbiguous(group, groups));
}

function fetchedGroup(kube: Kube, group: SetGroup, ambiguous: boolean): FetchedWorkload {
  const id = idOfGroup(group, ambiguous);
  return fetchedSets(kube, { id, name: undefined, matches: group.has }, group.sets);
}

function fetchedSets(kube: Kube, selection: SetSelection, found: readonly StatefulSet[]): FetchedWorkload {
  const { id } = selection;
  const workload = setsWorkload(id, found, []);
  const podSelector = podSelectorOf(found);
  return {
    workload,
    patches: !workload.isHeld,
    // Under OnDelete the controller replaces no pods.
    giveUp: async () => undefined,
    async open({ clock, random }, listeners, zones) {
      const watches = await watchWorkload<SetsSeen>({
        ...{ kube, workload, clock, random, zones, podSelector, ...listeners },
        open: (common) => setCaches(common, selection),
      });
      return { watches, port: setsPort({ kube, found, watches }, id, podSelector) };
    },
  };
}

/** Selects the pods of all these sets, and perhaps others; undefined for all pods of the namespace. */
function podSelectorOf(sets: readonly StatefulSet[]): string | undefined {
  const [first, ...others] = sets;
  if (!first) return undefined;
  if (others.length === 0) return labelSelectorText(first.spec.selector);
  const common = Object.entries(first.spec.selector.matchLabels ?? {}).filter(([key, value]) =>
    others.every(({ spec }) => spec.selector.matchLabels?.[key] === value),
  );
  return common.length === 0 ? undefined : labelSelectorText({ matchLabels: Object.fromEntries(common) });
}

/** @throws UserError for text that is not a selector */
function matcherOf(selector: string) {
  const matches = parseSelector(selector);
  if (typeof matches === 'string') throw new UserError(`-l: ${matches}`);
  return matches;
}

async function listSets(kube: Kube): Promise<StatefulSet[]> {
  const { namespace } = kube;
  const { items } = await listAll(kube, { path: resourcePath({ ...RESOURCES.statefulsets, namespace }) });
  return items.map(readStatefulSet);
}

function isAmbiguous({ name }: SetGroup, groups: readonly SetGroup[]): boolean {
  return groups.filter((group) => group.name === name).length > 1;
}

function targetOf(group: SetGroup, groups: readonly SetGroup[]): string {
  return `kubectl zone rollout ${commandName(idOfGroup(group, isAmbiguous(group, groups)))}`;
}

function namesOf(sets: readonly StatefulSet[]): string {
  return listNames(sets.map(({ metadata }) => metadata.name));
}
