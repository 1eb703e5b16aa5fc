import { plural } from '../../shared/format.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { Context } from '../cli/context.ts';
import { isData } from '../cli/print-data.ts';
import { confirm } from '../cli/questions.ts';
import { applyPatches, type PatchOutcome } from './apply.ts';
import type { Finding, ObjectPatch } from './decide/finding.ts';
import { changesTemplate } from './decide/patches.ts';
import type { CheckReport } from './report.ts';
import type { CheckRequest } from './request.ts';

/**
 * Applies the patches of a report: at once with --yes, after confirmation on a terminal, as a dry run with
 * --dry-run=server. Otherwise, and with JSON or YAML output, they are only shown.
 *
 * @returns undefined if nothing was sent
 */
export async function fixFindings(
  kube: Kube,
  report: CheckReport,
  { yes, dryRun, output }: CheckRequest,
  context: Context,
): Promise<PatchOutcome[] | undefined> {
  const { patches } = report;
  if (patches.length === 0 || dryRun === 'client') return undefined;
  if (dryRun === 'server') return applyPatches(kube, patches, true);
  if (yes) return applyPatches(kube, patches, false);
  const { stdin, stderr } = context;
  if (isData(output) || !stdin.isTTY || !stderr.isTTY) return undefined;
  if (!(await confirm(question(patches), context, 'pass --yes'))) return undefined;
  return applyPatches(kube, patches, false);
}

/**
 * The findings that remain after patches were applied: those without a patch, and those with an object that was not
 * changed.
 */
export function remaining(findings: readonly Finding[], outcomes: readonly PatchOutcome[]): Finding[] {
  const changed = new Set(
    outcomes.filter(({ refusal }) => refusal === undefined).map(({ patch }) => keyOf(patch)),
  );
  return findings.filter(
    ({ patches }) => patches.length === 0 || patches.some((patch) => !changed.has(keyOf(patch))),
  );
}

function question(patches: readonly ObjectPatch[]): string {
  const restarted = patches.filter(changesTemplate).map(({ kind, name }) => `${kind.toLowerCase()}/${name}`);
  const replaces =
    restarted.length > 0 ? `, which replaces the pods of ${restarted.join(', ')} by its update strategy` : '';
  return `Change ${plural(patches.length, 'object')}${replaces}?`;
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectPatch): string {
  return [apiVersion, kind, namespace, name].join('/');
}
