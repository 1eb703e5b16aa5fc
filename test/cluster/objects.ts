import * as z from 'zod/mini';
import type { ApiClient } from '../helpers/api-client.ts';

/** What fixtures do with objects, without a kubectl for each of them. */
export interface Objects {
  /**
   * Answers `kubectl get` with these words as `-o json` does.
   *
   * @returns undefined where only kubectl can: with other flags, for types that it finds by other means, or when there is
   * something to complain about
   */
  get(args: readonly string[]): Promise<unknown>;
  /**
   * Applies an object on the server side as kubectl does, by force.
   *
   * @returns false where only kubectl can, and when it is refused: kubectl says why
   */
  apply(object: object): Promise<boolean>;
  /**
   * Waits until the objects of a type that a selector names are so, looking at each change.
   *
   * @param type as `kubectl get` knows it
   * @param selector a query: `fieldSelector=…` or `labelSelector=…`
   * @throws Error after two minutes
   */
  until(
    at: { type: string; namespace: string; selector: string },
    isSo: (objects: readonly unknown[]) => boolean,
  ): Promise<void>;
}

const DEADLINE_MS = 120_000;
const AS_KUBECTL = 'fieldManager=kubectl&force=true&fieldValidation=Strict';
const BY_NAME = '--sort-by=.metadata.name';

const groupsSchema = z.object({
  groups: z.array(z.object({ preferredVersion: z.object({ groupVersion: z.string() }) })),
});
const resourcesSchema = z.object({
  groupVersion: z.string(),
  resources: z.array(
    z.object({
      name: z.string(),
      singularName: z.string(),
      namespaced: z.boolean(),
      kind: z.string(),
      shortNames: z.optional(z.array(z.string())),
    }),
  ),
});
const listSchema = z.object({
  kind: z.string(),
  apiVersion: z.string(),
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string(), uid: z.string() }) })),
});
const eventSchema = z.object({
  type: z.string(),
  object: z.looseObject({ metadata: z.looseObject({ uid: z.optional(z.string()) }) }),
});
const objectSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.optional(z.string()) }),
});

interface Resource {
  groupVersion: string;
  name: string;
  namespaced: boolean;
  kind: string;
  /** All that kubectl calls it. */
  names: readonly string[];
}

/** The words of a `kubectl get` that is understood. */
interface Get {
  type: string;
  name: string | undefined;
  namespace: string;
  labels: string | undefined;
  isSorted: boolean;
}

/** Makes them for the cluster of a client. */
export function objectsOf(client: ApiClient): Objects {
  const read = async (path: string): Promise<unknown> => {
    const { status, text } = await client.send({ path });
    return status === 200 ? JSON.parse(text) : undefined;
  };
  const mustRead = async (path: string) => {
    const answer = await read(path);
    if (answer === undefined) throw new Error(`${path}: no answer to wait by`);
    return answer;
  };
  let discovered: readonly Resource[] = [];
  const discover = async () => {
    const { groups } = groupsSchema.parse(await read('/apis'));
    const paths = groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`);
    const lists = await Promise.all(['/api/v1', ...paths].map(read));
    return lists.flatMap((list) => (list === undefined ? [] : resourcesIn(list)));
  };
  const resource = async (matches: (each: Resource) => boolean) => {
    if (!discovered.some(matches)) discovered = await discover();
    const [found, ...others] = discovered.filter(matches);
    return others.length === 0 ? found : undefined;
  };

  return {
    async get(args) {
      const words = getOf(args);
      const known = words && (await resource(({ names }) => names.includes(words.type)));
      if (!words || !known) return undefined;
      const query = words.labels === undefined ? '' : `?labelSelector=${encodeURIComponent(words.labels)}`;
      const answer = await read(`${pathOf(known, words.namespace, words.name)}${query}`);
      if (answer === undefined || words.name !== undefined) return answer;
      const { items, apiVersion, kind } = listSchema.parse(answer);
      if (words.isSorted) items.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      const each = { apiVersion, kind: kind.replace(/List$/, '') };
      return { apiVersion: 'v1', kind: 'List', items: items.map((item) => ({ ...each, ...item })) };
    },

    async apply(object) {
      const { apiVersion, kind, metadata } = objectSchema.parse(object);
      const known = await resource((each) => each.groupVersion === apiVersion && each.kind === kind);
      if (!known) return false;
      const { status } = await client.send({
        method: 'PATCH',
        path: `${pathOf(known, metadata.namespace ?? 'default', metadata.name)}?${AS_KUBECTL}`,
        contentType: 'application/apply-patch+yaml',
        body: JSON.stringify(object),
      });
      return status === 200 || status === 201;
    },

    async until({ type, namespace, selector }, isSo) {
      const known = await resource(({ names }) => names.includes(type));
      if (!known) throw new Error(`${type} is not known`);
      const path = `${pathOf(known, namespace, undefined)}?${selector}`;
      const signal = AbortSignal.timeout(DEADLINE_MS);
      // A watch may end at any time; the next one begins with the objects that there are.
      for (;;) {
        const { metadata, items } = listSchema.parse(await mustRead(path));
        const objects = new Map<string, unknown>(items.map((item) => [item.metadata.uid, item]));
        if (isSo([...objects.values()])) return;
        const watch = `${path}&watch=true&resourceVersion=${metadata.resourceVersion}`;
        for await (const line of client.lines(watch, signal)) {
          const { type: change, object } = eventSchema.parse(JSON.parse(line));
          const { uid } = object.metadata;
          if (uid === undefined) break;
          if (change === 'DELETED') objects.delete(uid);
          else objects.set(uid, object);
          if (isSo([...objects.values()])) return;
        }
      }
    },
  };
}

function resourcesIn(list: unknown): Resource[] {
  const { groupVersion, resources } = resourcesSchema.parse(list);
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, singularName, namespaced, kind, shortNames = [] }) => ({
      ...{ groupVersion, name, namespaced, kind },
      names: [name, singularName || kind.toLowerCase(), ...shortNames],
    }));
}

function pathOf(
  { groupVersion, name: plural, namespaced }: Resource,
  namespace: string,
  name: string | undefined,
) {
  const root = groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`;
  const scope = namespaced ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${plural}${name === undefined ? '' : `/${name}`}`;
}

/** The words after `get`, where they are these few: a type, a name, `-n`, `-l`, and the usual order. */
function getOf([verb, ...args]: readonly string[]): Get | undefined {
  if (verb !== 'get') return undefined;
  const words: string[] = [];
  let namespace = 'default';
  let labels: string | undefined;
  let isSorted = false;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === BY_NAME) isSorted = true;
    else if (word === '-n' || word === '-l') {
      index += 1;
      if (word === '-n') namespace = args[index] ?? '';
      else labels = args[index];
    } else if (word.startsWith('-')) return undefined;
    else words.push(word);
  }
  const [type = '', name, ...more] = words.flatMap((word, at) => (at === 0 ? word.split('/') : [word]));
  return more.length > 0 || type.includes(',') || type.includes('.')
    ? undefined
    : { type: type.toLowerCase(), name, namespace, labels, isSorted };
}
