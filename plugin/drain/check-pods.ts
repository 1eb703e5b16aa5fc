import { UserError } from '../../shared/errors.ts';
import type { Pod } from '../../shared/kube/objects.ts';
import { compareText } from '../../shared/kube/zones.ts';
import { listNames } from '../../shared/sentences.ts';
import { type FilterInput, podFilter, type Refusal } from './filters.ts';

/** The pods on the nodes to drain, divided by the filters. */
export interface CheckedPods {
  leaving: readonly Pod[];
  staying: readonly Pod[];
  /** Notices for the operator, one sentence for each kind of pod. */
  notices: readonly string[];
}

/**
 * Divides pods into those that must leave and those that stay, before anything is changed.
 *
 * @param pods all pods on the nodes to drain
 * @throws UserError that names every pod that needs a flag to be drained, grouped by reason
 */
export function checkPods(pods: Iterable<Pod>, input: FilterInput): CheckedPods {
  const verdictOn = podFilter(input);
  const leaving: Pod[] = [];
  const staying: Pod[] = [];
  const warned = new Map<string, Pod[]>();
  const refused = new Map<string, { refusal: Refusal; pods: Pod[] }>();
  for (const pod of pods) {
    const verdict = verdictOn(pod);
    if (verdict.kind === 'refuses') {
      const group = refused.get(verdict.reason) ?? { refusal: verdict, pods: [] };
      refused.set(verdict.reason, group);
      group.pods.push(pod);
      continue;
    }
    (verdict.kind === 'leaves' ? leaving : staying).push(pod);
    if (verdict.warning === undefined) continue;
    const alike = warned.get(verdict.warning) ?? [];
    warned.set(verdict.warning, alike);
    alike.push(pod);
  }
  if (refused.size > 0) throw refusalOf([...refused.values()]);
  return { leaving, staying, notices: [...warned].map(([warning, of]) => `${warning}: ${namesOf(of)}`) };
}

function refusalOf(groups: readonly { refusal: Refusal; pods: readonly Pod[] }[]): UserError {
  const sentences = groups.map(
    ({ refusal, pods }) => `cannot remove ${refusal.reason} (${refusal.flag} to override): ${namesOf(pods)}`,
  );
  const flags = [...new Set(groups.flatMap(({ refusal }) => refusal.flag.split(' ')))].sort();
  return new UserError(
    sentences.sort(compareText).join('\n'),
    `nothing was changed; to drain anyway, add ${flags.join(' ')}`,
  );
}

function namesOf(pods: readonly Pod[]): string {
  return listNames(pods.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`).sort(compareText));
}
