import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { V1MutatingWebhook, V1ValidatingWebhook } from '@kubernetes/client-node';
import { at, MANIFESTS, objectIn } from './read.ts';

interface Rule {
  resources: readonly string[];
  resourceNames?: readonly string[];
  verbs: readonly string[];
}

/** Each verb that the manifests grant, as the table in the documentation has them: `` `verb` `resource` ``. */
async function granted(): Promise<string[]> {
  const clusterRole = await objectIn('webhook/cluster-role.yaml', 'ClusterRole');
  const role = await objectIn('webhook/role.yaml', 'Role');
  const rights = [...(at(clusterRole, 'rules') as Rule[]), ...(at(role, 'rules') as Rule[])].flatMap(
    ({ resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  );
  return rights.sort();
}

/** What the table explains: its first column has verbs, its second resources. */
async function explained(): Promise<string[]> {
  const page = await readFile(join(MANIFESTS, '..', 'docs', 'operations.md'), 'utf8');
  const [, section = ''] = page.split('\n## Impact of compromised permissions\n');
  const [table = ''] = section.split('\n## ');
  const words = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
  const rights = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [, verbs, resources, why = ''] = line.split('|');
      assert.ok(why.trim().length > 20, `${line} says nothing`);
      return words(resources).flatMap((resource) => words(verbs).map((verb) => `${verb} ${resource}`));
    });
  return rights.sort();
}

describe('the permissions of the webhook', () => {
  it('are all explained, and no others', async () => {
    assert.deepEqual(await explained(), await granted());
  });

  it('are bound by a policy that knows every field of a webhook', async () => {
    const text = JSON.stringify(await objectIn('webhook/admission-policy.yaml', 'ValidatingAdmissionPolicy'));
    for (const { attributeTypeMap } of [V1MutatingWebhook, V1ValidatingWebhook]) {
      for (const { baseName } of attributeTypeMap) {
        assert.match(text, new RegExp(`w\\.\\??${baseName}\\b`), `the policy does not look at ${baseName}`);
      }
    }
  });

  it('are those of the account that the policy is about', async () => {
    const policy = await objectIn('webhook/admission-policy.yaml', 'ValidatingAdmissionPolicy');
    const account = await objectIn('webhook/service-account.yaml', 'ServiceAccount');
    const { name, namespace } = account.metadata;
    assert.equal(
      at(policy, 'spec', 'matchConditions', 0, 'expression'),
      `request.userInfo.username == "system:serviceaccount:${namespace}:${name}"`,
    );
  });
});
