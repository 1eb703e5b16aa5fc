import { ZONE_LABEL } from '../../shared/kube/zones.ts';
import type { Complaints } from '../cli/complaints.ts';
import type { DrainTargets } from '../drain/request.ts';

const NODE_WORDS = new Set(['no', 'node', 'nodes', 'node.v1.', 'nodes.v1.']);

/**
 * Nodes as `NAME` or `node/NAME`, by `-l` and by `--zone`. Names and zones add up. A selector stands alone: kubectl
 * drain does not take it beside names, and beside a zone nobody could say whether both must hold or either.
 */
export function readTargets(
  given: { words: readonly string[]; selector: string | undefined; zones: readonly string[] },
  complaints: Complaints,
): DrainTargets {
  const { words, selector, zones } = given;
  const names = words.map((word) => {
    const [type = '', name, ...more] = word.split('/');
    if (name === undefined && word !== '') return word;
    if (more.length > 0 || !name || !NODE_WORDS.has(type.toLowerCase())) {
      complaints.add(`"${word}" does not name a node`, 'write NAME or node/NAME');
    }
    return name ?? '';
  });
  if (selector?.trim() === '') {
    complaints.add('-l: an empty selector would take every node', 'name a label, such as -l pool=old');
  }
  if (zones.includes('')) complaints.add('--zone: a zone has a name', 'name one, such as --zone eu-west-1a');
  if (names.length === 0 && selector === undefined && zones.length === 0) {
    complaints.add('no nodes are named', 'name nodes, or take --zone ZONE or -l SELECTOR');
  }
  if (selector !== undefined && names.length > 0) {
    complaints.add('names and -l do not go together', 'leave out one of them');
  }
  if (selector !== undefined && zones.length > 0) {
    complaints.add(
      '-l and --zone do not go together: it could mean either or both',
      `for nodes that match both, write -l '${selector},${ZONE_LABEL} in (${zones.join(',')})'`,
    );
  }
  return { names: [...new Set(names)], selector, zones: [...new Set(zones)] };
}
