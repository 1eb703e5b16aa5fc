import { textTable } from '../../cli/text-table.ts';
import { type Manifest, shownName, VERSION_LABEL } from '../manifests/manifest.ts';
import type { Previewed } from './preview.ts';

const VERBS = { created: 'create', changed: 'change', unchanged: 'unchanged', conflict: 'conflict' } as const;

/** A table of what applying would do to each object. */
export function previewLines(previewed: readonly Previewed[]): string[] {
  return textTable(
    previewed.map(({ manifest, change }) => [VERBS[change.kind], shownName(manifest), inNamespace(manifest)]),
  );
}

/** A summary of the changes, for the confirmation. */
export function previewSummary(previewed: readonly Previewed[], version: string): string {
  const count = (kind: Previewed['change']['kind']) =>
    previewed.filter(({ change }) => change.kind === kind).length;
  const parts = [`create ${count('created')}`, `change ${count('changed')}`];
  const from = installedVersions(previewed).filter((each) => each !== version);
  const step = from.length > 0 ? `, ${from.join(' and ')} becoming ${version}` : ` of version ${version}`;
  return `${parts.join(' and ')} of ${previewed.length} objects${step}`;
}

/** The versions in the labels of the cluster's objects. */
function installedVersions(previewed: readonly Previewed[]): string[] {
  const labels = previewed.flatMap(({ live }) => live?.metadata.labels?.[VERSION_LABEL] ?? []);
  return [...new Set(labels)].sort();
}

function inNamespace({ metadata }: Manifest): string {
  return metadata.namespace === undefined ? '' : `in ${metadata.namespace}`;
}
