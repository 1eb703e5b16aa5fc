import { textTable } from '../../cli/text-table.ts';
import { type Manifest, shownName, VERSION_LABEL } from '../manifests/manifest.ts';
import type { Surveyed } from './survey.ts';

const VERBS = { created: 'create', changed: 'change', unchanged: 'unchanged', conflict: 'conflict' } as const;

/** What applying would do to each object, as a table. */
export function surveyLines(surveyed: readonly Surveyed[]): string[] {
  return textTable(
    surveyed.map(({ manifest, change }) => [VERBS[change.kind], shownName(manifest), inNamespace(manifest)]),
  );
}

/** What everything together comes to, in one sentence that a question can end. */
export function surveySentence(surveyed: readonly Surveyed[], version: string): string {
  const count = (kind: Surveyed['change']['kind']) =>
    surveyed.filter(({ change }) => change.kind === kind).length;
  const parts = [`create ${count('created')}`, `change ${count('changed')}`];
  const from = installedVersions(surveyed).filter((each) => each !== version);
  const step = from.length > 0 ? `, ${from.join(' and ')} becoming ${version}` : ` of version ${version}`;
  return `${parts.join(' and ')} of ${surveyed.length} objects${step}`;
}

/** The versions that the objects of the cluster say they are of. */
function installedVersions(surveyed: readonly Surveyed[]): string[] {
  const labels = surveyed.flatMap(({ live }) => live?.metadata.labels?.[VERSION_LABEL] ?? []);
  return [...new Set(labels)].sort();
}

function inNamespace({ metadata }: Manifest): string {
  return metadata.namespace === undefined ? '' : `in ${metadata.namespace}`;
}
