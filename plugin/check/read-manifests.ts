import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { UserError } from '../../shared/errors.ts';
import type { Context } from '../cli/context.ts';
import type { Topic } from './decide/input.ts';
import { addObject, emptyInventory, type Inventory } from './decide/inventory.ts';
import { whyUnreadable } from './unreadable.ts';

const STDIN = '-';

/** Objects that are not kept in manifests. */
const LIVE: readonly (readonly [Topic, keyof Inventory])[] = [
  ['pods', 'pods'],
  ['nodes', 'nodes'],
  ['persistentvolumeclaims', 'claims'],
  ['persistentvolumes', 'volumes'],
  ['validatingwebhookconfigurations', 'webhookConfigurations'],
  ['webhook-deployment', 'webhookDeployments'],
];

/**
 * Reads files with one or several YAML or JSON documents, including lists.
 *
 * @param files paths; `-` is stdin
 * @param namespace of objects without one
 * @throws UserError that names the file, and the object if one cannot be parsed
 */
export async function readManifests(
  files: readonly string[],
  namespace: string,
  { stdin }: Pick<Context, 'stdin'>,
): Promise<Inventory> {
  const inventory = emptyInventory();
  const objects = new Map<string, Manifest>();
  for (const file of files) {
    const content = file === STDIN ? await text(stdin) : await contentOf(file);
    const shown = file === STDIN ? 'stdin' : file;
    for (const document of await documentsIn(content, shown)) {
      for (const object of objectsOf(document, shown)) {
        const manifest = { file: shown, object: withNamespace(object, namespace) };
        objects.set(identityOf(manifest.object), manifest);
      }
    }
  }
  for (const manifest of objects.values()) add(inventory, manifest);
  addGaps(inventory);
  return inventory;
}

interface Manifest {
  file: string;
  object: KubeObject;
}

function withNamespace(object: KubeObject, namespace: string): KubeObject {
  return { ...object, metadata: { namespace, ...object.metadata } };
}

/** Of two manifests for one object the later one wins, as with kubectl apply. */
function identityOf({ apiVersion, kind, metadata }: KubeObject): string {
  return [apiVersion, kind, metadata?.namespace, metadata?.name].join('/');
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot read ${file}: ${why}`, 'name a manifest file, or - for stdin', error);
  }
}

async function documentsIn(content: string, file: string): Promise<readonly unknown[]> {
  const { loadAll } = await import('js-yaml');
  try {
    return loadAll(content).filter((document) => document !== null && document !== undefined);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`${file} is not valid YAML: ${why}`, undefined, error);
  }
}

const KubeObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.optional(z.looseObject({ name: z.optional(z.string()), namespace: z.optional(z.string()) })),
  items: z.optional(z.array(z.unknown())),
});
type KubeObject = z.infer<typeof KubeObject>;

/** The object, or the items of a list. */
function objectsOf(document: unknown, file: string): KubeObject[] {
  const parsed = KubeObject.safeParse(withoutNulls(document));
  if (!parsed.success) {
    throw new UserError(
      `${file} contains a document that is not a Kubernetes object: it has no apiVersion or kind`,
    );
  }
  const { items, kind } = parsed.data;
  return items && kind.endsWith('List') ? items.flatMap((item) => objectsOf(item, file)) : [parsed.data];
}

function add(into: Inventory, { file, object }: Manifest): void {
  const { kind, metadata } = object;
  try {
    addObject(into, object, object);
  } catch (error) {
    throw new UserError(
      `${file}: ${kind} ${JSON.stringify(metadata?.name ?? '')} cannot be read: ${whyUnreadable(error)}`,
      undefined,
      error,
    );
  }
}

/** Removes nulls: to the API server null means that a field is not set. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([key, field]) => [key, withoutNulls(field)]),
  );
}

function addGaps(inventory: Inventory): void {
  for (const [topic, field] of LIVE) {
    if (inventory[field].length > 0) continue;
    inventory.gaps.push({ topic, reason: 'not in manifests', expected: true });
  }
  const known = new Set(inventory.namespaces.map(({ metadata }) => metadata.name));
  for (const namespace of new Set(inventory.workloads.map((workload) => workload.namespace))) {
    if (known.has(namespace)) continue;
    inventory.gaps.push({
      topic: 'namespaces',
      namespace,
      reason: `the manifests have no Namespace ${namespace}`,
      expected: false,
    });
  }
}
