import { ZONE_LABEL } from '../../shared/kube/zones.ts';
import type { UsageErrors } from '../cli/usage-errors.ts';
import type { DrainTargets } from '../drain/request.ts';

const NODE_RESOURCE_NAMES = new Set(['no', 'node', 'nodes', 'node.v1.', 'nodes.v1.']);

/**
 * Nodes as `NAME` or `node/NAME`, by `-l` and by `--zone`. Names and zones are a union. A selector cannot be combined
 * with either: kubectl drain refuses it with names, and with a zone it would be unclear whether both must match or one.
 */
export function readTargets(
  given: { words: readonly string[]; selector: string | undefined; zones: readonly string[] },
  problems: UsageErrors,
): DrainTargets {
  const { words, selector, zones } = given;
  const names = words.map((word) => {
    const [type = '', name, ...more] = word.split('/');
    if (name === undefined && word !== '') return word;
    if (more.length > 0 || !name || !NODE_RESOURCE_NAMES.has(type.toLowerCase())) {
      problems.add(`"${word}" is not the name of a node`, 'use NAME or node/NAME');
    }
    return name ?? '';
  });
  if (selector?.trim() === '') {
    problems.add('-l: an empty selector would match every node', 'name a label, such as -l pool=old');
  }
  if (zones.includes('')) problems.add('--zone: the zone is empty', 'name one, such as --zone eu-west-1a');
  if (names.length === 0 && selector === undefined && zones.length === 0) {
    problems.add('no nodes are given', 'name nodes, or use --zone ZONE or -l SELECTOR');
  }
  if (selector !== undefined && names.length > 0) {
    problems.add('names cannot be combined with -l', 'remove one of them');
  }
  if (selector !== undefined && zones.length > 0) {
    problems.add(
      '-l cannot be combined with --zone',
      `for nodes that match both, use -l '${selector},${ZONE_LABEL} in (${zones.join(',')})'`,
    );
  }
  return { names: [...new Set(names)], selector, zones: [...new Set(zones)] };
}
