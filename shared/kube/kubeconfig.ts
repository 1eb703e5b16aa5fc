import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as z from 'zod/mini';
import { $ZodError } from 'zod/v4/core';
import { ExecEntry } from './exec-plugin.ts';
import { KubeconfigError } from './kube.ts';

const OptionalText = z.optional(z.nullable(z.string()));
const OptionalFlag = z.optional(z.nullable(z.boolean()));

const ClusterEntry = z.object({
  server: OptionalText,
  'certificate-authority': OptionalText,
  'certificate-authority-data': OptionalText,
  'insecure-skip-tls-verify': OptionalFlag,
  'tls-server-name': OptionalText,
  'proxy-url': OptionalText,
  'disable-compression': OptionalFlag,
  extensions: z.nullish(z.array(z.object({ name: z.string(), extension: z.unknown() }))),
});
export type ClusterEntry = z.infer<typeof ClusterEntry>;

const UserEntry = z.object({
  'client-certificate': OptionalText,
  'client-certificate-data': OptionalText,
  'client-key': OptionalText,
  'client-key-data': OptionalText,
  token: OptionalText,
  tokenFile: OptionalText,
  username: OptionalText,
  password: OptionalText,
  as: OptionalText,
  'as-uid': OptionalText,
  'as-groups': z.nullish(z.array(z.string())),
  'as-user-extra': z.nullish(z.record(z.string(), z.array(z.string()))),
  exec: z.nullish(ExecEntry),
  'auth-provider': z.nullish(z.record(z.string(), z.unknown())),
});
export type UserEntry = z.infer<typeof UserEntry>;

const ContextEntry = z.object({ cluster: OptionalText, user: OptionalText, namespace: OptionalText });
export type ContextEntry = z.infer<typeof ContextEntry>;

const File = z.object({
  clusters: z.nullish(z.array(z.object({ name: z.string(), cluster: z.nullish(ClusterEntry) }))),
  users: z.nullish(z.array(z.object({ name: z.string(), user: z.nullish(UserEntry) }))),
  contexts: z.nullish(z.array(z.object({ name: z.string(), context: z.nullish(ContextEntry) }))),
  'current-context': OptionalText,
});

/** An entry of a kubeconfig, with the folder of its file for resolving relative paths. */
export interface Placed<T> {
  entry: T;
  folder: string;
}

/** Merged kubeconfig files. */
export interface Kubeconfig {
  clusters: ReadonlyMap<string, Placed<ClusterEntry>>;
  users: ReadonlyMap<string, Placed<UserEntry>>;
  contexts: ReadonlyMap<string, Placed<ContextEntry>>;
  currentContext: string | undefined;
}

export const EMPTY_KUBECONFIG: Kubeconfig = {
  clusters: new Map(),
  users: new Map(),
  contexts: new Map(),
  currentContext: undefined,
};

/** Whether it has no content, like a file that was only touched: kubectl then uses the service account. */
export function isEmpty({ clusters, users, contexts, currentContext }: Kubeconfig): boolean {
  return clusters.size + users.size + contexts.size === 0 && currentContext === undefined;
}

/**
 * Reads and merges kubeconfig files by kubectl's rules: the first file to name an entry wins. client-node's reader
 * rejects duplicate names across files and missing files, and drops `tokenFile`, `as-groups` and `as-uid`.
 *
 * @param mustExist whether a missing file is an error, as for `--kubeconfig`, or skipped, as within KUBECONFIG
 * @returns undefined if none of the files exists
 * @throws KubeconfigError for a file that cannot be read or is not a kubeconfig
 */
export async function readKubeconfig(
  files: readonly string[],
  mustExist: boolean,
): Promise<Kubeconfig | undefined> {
  const read = yamlReader(await import('js-yaml'));
  const clusters = new Map<string, Placed<ClusterEntry>>();
  const users = new Map<string, Placed<UserEntry>>();
  const contexts = new Map<string, Placed<ContextEntry>>();
  let currentContext: string | undefined;
  let found = false;
  for (const file of files) {
    const text = await readIfThere(file, mustExist);
    if (text === undefined) continue;
    found = true;
    const content = parse(file, text, read);
    const folder = path.dirname(path.resolve(file));
    for (const { name, cluster } of content.clusters ?? []) {
      if (!clusters.has(name)) clusters.set(name, { entry: cluster ?? {}, folder });
    }
    for (const { name, user } of content.users ?? []) {
      if (!users.has(name)) users.set(name, { entry: user ?? {}, folder });
    }
    for (const { name, context } of content.contexts ?? []) {
      if (!contexts.has(name)) contexts.set(name, { entry: context ?? {}, folder });
    }
    currentContext ||= content['current-context'] || undefined;
  }
  return found ? { clusters, users, contexts, currentContext } : undefined;
}

async function readIfThere(file: string, mustExist: boolean): Promise<string | undefined> {
  try {
    return decode(await readFile(file));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && !mustExist) return undefined;
    const why = missing ? 'there is no such file' : String(error);
    throw new KubeconfigError(`cannot read kubeconfig ${file}: ${why}`, { cause: error });
  }
}

/** Decodes text by its byte order mark, as YAML specifies: PowerShell's `>` writes UTF-16. UTF-8 without one. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** YAML as kubectl parses it: yes and no are booleans, and the last of duplicate keys wins. */
function yamlReader({ load, CORE_SCHEMA, boolYaml11Tag, mergeTag }: typeof import('js-yaml')) {
  const schema = CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag);
  return (text: string): unknown => {
    const document = firstDocument(text);
    return document.trim() === '' ? {} : (load(document, { schema, json: true }) ?? {});
  };
}

/** Only the first document is read: many files end with `---`. */
function firstDocument(text: string): string {
  const [before = '', first] = text.split(/^(?:---|\.\.\.)(?=\s|$)/m, 2);
  const isHead = before.split('\n').every((line) => /^\s*$|^\s*#|^%/.test(line));
  return isHead ? (first ?? '') : before;
}

function parse(file: string, text: string, read: (text: string) => unknown): z.infer<typeof File> {
  try {
    return File.parse(read(text));
  } catch (error) {
    const why = error instanceof $ZodError ? z.prettifyError(error) : String(error);
    throw new KubeconfigError(`${file} is not a valid kubeconfig: ${why}`, { cause: error });
  }
}
