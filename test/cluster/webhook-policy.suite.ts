import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import { issueAuthority } from '../../webhook/tls/issue.ts';
import { waitUntil } from '../helpers/processes.ts';
import { objectsIn } from '../manifests/read.ts';
import { connectTo } from '../webhook/helpers/evictions.ts';
import { SYSTEM_NAMESPACE } from '../webhook/helpers/installation.ts';
import type { ControlPlaneCluster } from './control-plane-cluster.ts';

const FILES = ['namespace', 'service-account', 'cluster-role', 'admission-policy'];
const CONFIGURATIONS = ['mutating-webhook-configuration', 'validating-webhook-configuration'];
const ACCOUNT = `system:serviceaccount:${SYSTEM_NAMESPACE}:kubectl-zone-webhook`;
const CLIENT = '/webhooks/0/clientConfig';

type Operation = readonly [op: 'add' | 'replace' | 'remove', path: string, value?: unknown];

/** What somebody who has captured a pod of the webhook would try. */
const FORBIDDEN: Readonly<Record<string, Operation>> = {
  'the address of another Service': ['replace', `${CLIENT}/service/name`, 'other'],
  'another namespace': ['replace', `${CLIENT}/service/namespace`, 'default'],
  'another port': ['replace', `${CLIENT}/service/port`, 8443],
  'another path': ['replace', `${CLIENT}/service/path`, '/steal'],
  'a path below the token': ['replace', `${CLIENT}/service/path`, '/evict/0123/more'],
  'other rules': [
    'add',
    '/webhooks/0/rules/-',
    { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'], scope: '*' },
  ],
  'another failurePolicy': ['replace', '/webhooks/0/failurePolicy', 'Ignore'],
  'a selector of objects': ['add', '/webhooks/0/objectSelector', { matchLabels: { a: 'b' } }],
  'a selector of namespaces': ['replace', '/webhooks/0/namespaceSelector', {}],
  'a condition': ['add', '/webhooks/0/matchConditions', [{ name: 'never', expression: 'false' }]],
  'another timeout': ['replace', '/webhooks/0/timeoutSeconds', 30],
  'other side effects': ['replace', '/webhooks/0/sideEffects', 'NoneOnDryRun'],
  'the loss of its webhooks': ['remove', '/webhooks/0'],
  'a label': ['add', '/metadata/labels/stolen', 'yes'],
  'an owner': [
    'add',
    '/metadata/ownerReferences',
    [{ apiVersion: 'v1', kind: 'Namespace', name: 'a', uid: 'b' }],
  ],
  'a finalizer': ['add', '/metadata/finalizers', ['a.test/b']],
};

/** What the API server lets the webhook's ServiceAccount do to webhook configurations. */
export function webhookPolicySuite(start: () => Promise<ControlPlaneCluster>): void {
  describe('webhook: the policy about its configurations', () => {
    let cluster: ControlPlaneCluster;
    let webhook: Kube;
    let administrator: Kube;

    before(async () => {
      cluster = await start();
      administrator = await connectTo(cluster.kubeconfigPath);
      webhook = await connectTo(cluster.kubeconfigPath, ACCOUNT);
      for (const file of [...FILES, ...CONFIGURATIONS]) {
        await cluster.apply(...(await objectsIn(`webhook/${file}.yaml`)));
      }
      let tries = 0;
      const inForce = async () => {
        // An update that changes nothing is allowed.
        tries += 1;
        return /ValidatingAdmissionPolicy/.test(
          await patch('validating', ['add', '/metadata/labels/try', `${tries}`]),
        );
      };
      await waitUntil('the policy is in force', inForce, { processes: [], deadlineMs: 60_000 });
    });
    after(async () => {
      await webhook?.close();
      await administrator?.close();
      await cluster?.stop();
    });

    /** @returns what the API server says against it, or nothing */
    async function patch(which: string, [op, path, value]: Operation, by = webhook): Promise<string> {
      const resource = `${which}webhookconfigurations`;
      const at = { group: 'admissionregistration.k8s.io', version: 'v1', resource, name: 'kubectl-zone' };
      const body = [{ op, path, ...(value !== undefined && { value }) }];
      try {
        await by.request({ method: 'PATCH', patch: 'json', path: resourcePath(at), body });
        return '';
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return error.message;
      }
    }

    it('lets it set caBundle and the token of the path', async () => {
      const { cert } = await issueAuthority(Date.now(), 3_600_000);
      const caBundle = Buffer.from(cert).toString('base64');
      for (const [which, path] of [
        ['validating', '/evict'],
        ['mutating', '/bind'],
      ] as const) {
        assert.equal(await patch(which, ['add', `${CLIENT}/caBundle`, caBundle]), '');
        for (const token of ['/0123456789abcdef', '/fedcba9876543210', '']) {
          assert.equal(await patch(which, ['replace', `${CLIENT}/service/path`, `${path}${token}`]), '');
        }
      }
    });

    for (const [what, operation] of Object.entries(FORBIDDEN)) {
      it(`does not let it set ${what}`, async () => {
        for (const which of ['validating', 'mutating']) {
          // The two differ in this field.
          if (operation[2] === 'NoneOnDryRun' && which === 'validating') continue;
          assert.match(
            await patch(which, operation),
            /ValidatingAdmissionPolicy 'kubectl-zone-webhook'/,
            which,
          );
        }
      });
    }

    it('says nothing to others', async () => {
      for (const operation of [FORBIDDEN['another timeout'], FORBIDDEN['a label']]) {
        assert.equal(await patch('validating', operation ?? assert.fail(), administrator), '');
      }
    });
  });
}
