import { oneLine } from '../../shared/format.ts';
import type { OutputStream } from '../cli/context.ts';
import { writeLine, writeLines } from '../cli/output.ts';
import { quoteWord } from '../cli/quote.ts';
import type { PatchOutcome } from './apply.ts';
import type { ObjectPatch } from './decide/finding.ts';

/** The patches as shell commands, one per line. */
export function printPatches(patches: readonly ObjectPatch[], stdout: OutputStream): void {
  writeLines(stdout, patches.length === 0 ? ['', 'nothing to patch'] : ['']);
  for (const patch of patches) writeLine(stdout, patchCommand(patch));
}

/** The result of each patch, in kubectl's format. */
export function printOutcomes(
  outcomes: readonly PatchOutcome[],
  dryRun: boolean,
  stdout: OutputStream,
): void {
  for (const { patch, refusal } of outcomes) {
    const result = refusal === undefined ? 'patched' : `refused: ${oneLine(refusal)}`;
    writeLine(stdout, `${resourceOf(patch)}/${patch.name} ${result}${dryRun ? ' (server dry run)' : ''}`);
  }
}

/** The equivalent `kubectl patch` command. */
export function patchCommand(patch: ObjectPatch): string {
  const namespace = patch.namespace === undefined ? [] : ['-n', patch.namespace];
  const words = [
    'kubectl',
    'patch',
    resourceOf(patch),
    patch.name,
    ...namespace,
    `--type=${patch.type}`,
    '-p',
  ];
  return [...words, JSON.stringify(patch.body)].map(quoteWord).join(' ');
}

/** The kind in kubectl's format, with its group if it has one. */
function resourceOf({ apiVersion, kind }: ObjectPatch): string {
  const at = apiVersion.indexOf('/');
  return at < 0 ? kind.toLowerCase() : `${kind.toLowerCase()}.${apiVersion.slice(0, at)}`;
}
