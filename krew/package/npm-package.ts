import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';

const RootPackage = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  homepage: z.optional(z.string()),
  engines: z.object({ node: z.string() }),
});

/** The fields of the repository's package.json that a release uses, including the version. */
export type RootPackage = z.infer<typeof RootPackage>;

export async function readRootPackage(root: string): Promise<RootPackage> {
  return RootPackage.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
}

/** The package.json of the npm package, which depends on nothing: its bundle contains everything. */
export function publishedPackage(root: RootPackage): Record<string, unknown> {
  const { name, version, description, license, homepage, engines } = root;
  return {
    name,
    version,
    description,
    license,
    ...(homepage === undefined ? {} : { homepage }),
    type: 'module',
    engines,
    bin: { 'kubectl-zone': 'plugin/kubectl-zone', 'kubectl_complete-zone': 'plugin/kubectl_complete-zone' },
  };
}
