import { UserError } from '../../shared/errors.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { type Node, readNode } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { compareText, ZONE_LABEL, zoneOfNodeLabels } from '../../shared/kube/zones.ts';
import { listNames } from '../../shared/sentences.ts';
import { UsageError } from '../cli/errors.ts';
import type { DrainTargets } from './request.ts';

/**
 * The nodes to drain: all that are named, match the selector, or are in one of the zones.
 *
 * @returns each node once, by name
 * @throws UsageError without any target
 * @throws UserError that lists the nodes and zones that do not exist, and those that do
 */
export async function fetchTargets(kube: Kube, targets: DrainTargets): Promise<Node[]> {
  const { names, selector, zones } = targets;
  if (names.length === 0 && selector === undefined && zones.length === 0) {
    throw new UsageError('no nodes are given', 'name nodes, or use --zone ZONE or -l SELECTOR');
  }
  const [all, selected] = await Promise.all([
    names.length > 0 || zones.length > 0 ? listNodes(kube) : [],
    selector === undefined ? [] : listNodes(kube, selector),
  ]);
  const missing = [...missingNames(names, all), ...missingZones(zones, all)];
  if (selector !== undefined && selected.length === 0) {
    missing.push({ message: `no node matches -l ${selector}`, fix: 'kubectl get nodes --show-labels' });
  }
  if (missing.length > 0) throw complaintOf(missing);

  const wanted = all.filter((node) => {
    const zone = zoneOf(node);
    return names.includes(node.metadata.name) || (zone !== undefined && zones.includes(zone));
  });
  const byName = new Map([...wanted, ...selected].map((node) => [node.metadata.name, node]));
  return [...byName.values()].sort((a, b) => compareText(a.metadata.name, b.metadata.name));
}

/**
 * Rejects a `--zone-order` with zones in which the cluster has no node. Zones with nodes outside the drain are
 * accepted: the same command must be able to resume after its nodes have been replaced.
 *
 * @param nodes those to drain; all nodes are listed only if these are not enough
 * @throws UserError that lists the existing zones
 */
export async function checkZoneOrder(
  kube: Kube,
  nodes: readonly Node[],
  zoneOrder: readonly string[],
): Promise<void> {
  const strange = zoneOrder.filter((zone) => !zonesIn(nodes).includes(zone));
  if (strange.length === 0) return;
  const missing = missingZones(strange, await listNodes(kube), '--zone-order: ');
  if (missing.length > 0) throw complaintOf(missing);
}

interface Missing {
  message: string;
  fix: string;
}

function missingNames(names: readonly string[], all: readonly Node[]): Missing[] {
  const known = new Set(all.map((node) => node.metadata.name));
  const unknown = [...new Set(names)].filter((name) => !known.has(name));
  if (unknown.length === 0) return [];
  return [
    {
      message: `${unknown.length === 1 ? 'node' : 'nodes'} ${listNames(unknown)} not found`,
      fix: known.size === 0 ? 'there are no nodes' : `the nodes are: ${listNames([...known].sort())}`,
    },
  ];
}

function missingZones(zones: readonly string[], all: readonly Node[], flag = ''): Missing[] {
  const known = zonesIn(all);
  const unknown = [...new Set(zones)].filter((zone) => !known.includes(zone));
  if (unknown.length === 0) return [];
  return [
    {
      message: `${flag}there are no nodes in ${unknown.length === 1 ? 'zone' : 'zones'} ${listNames(unknown)}`,
      fix:
        known.length === 0
          ? `no node has the label ${ZONE_LABEL}; name nodes, or use -l`
          : `the zones are: ${known.join(', ')}`,
    },
  ];
}

function complaintOf(missing: readonly Missing[]): UserError {
  return new UserError(
    missing.map(({ message }) => message).join('\n'),
    missing.map(({ fix }) => fix).join('\n  '),
  );
}

function zonesIn(nodes: readonly Node[]): string[] {
  const zones = nodes.map(zoneOf).filter((zone) => zone !== undefined);
  return [...new Set(zones)].sort(compareText);
}

/** An empty label counts as none. */
function zoneOf(node: Node): string | undefined {
  return zoneOfNodeLabels(node.metadata.labels);
}

async function listNodes(kube: Kube, labelSelector?: string): Promise<Node[]> {
  try {
    const { items } = await listAll(kube, { path: resourcePath(RESOURCES.nodes), query: { labelSelector } });
    return items.map(readNode);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 403) throw error;
    throw new UserError(
      'cannot list nodes in the cluster: ask for a ClusterRole that allows get, list and watch on nodes',
      'nothing was changed',
      error,
    );
  }
}
