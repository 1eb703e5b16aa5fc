import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCluster } from '../../plugin/check/read-cluster.ts';
import { neededAccess } from '../../plugin/drain/preflight.ts';
import { answering } from '../plugin/check/cluster.ts';
import { NAMESPACE, store } from '../plugin/check/decide/well-made.ts';
import { at, objectIn, objectsIn } from './read.ts';

interface Rule {
  apiGroups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
}

describe('the ClusterRole of a drain', () => {
  const needed = () =>
    neededAccess({ acts: true, disableEviction: false, zoneBudgets: true }).map(
      ({ verb, group, resource, subresource }) => ({
        verb,
        group,
        resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      }),
    );
  const rules = async () => at(await objectIn('rbac/drain.yaml', 'ClusterRole'), 'rules') as readonly Rule[];

  it('allows everything that the drain checks before it begins', async () => {
    const all = await rules();
    for (const { verb, group, resource } of needed()) {
      const allowed = all.some(
        (rule) =>
          rule.apiGroups.includes(group) && rule.resources.includes(resource) && rule.verbs.includes(verb),
      );
      assert.ok(allowed, `${verb} ${resource} of "${group}"`);
    }
  });

  it('allows to change no more than that', async () => {
    const changes = (await rules()).flatMap(({ resources, verbs }) =>
      verbs
        .filter((verb) => !['get', 'list', 'watch'].includes(verb))
        .flatMap((verb) => resources.map((resource) => `${verb} ${resource}`)),
    );
    assert.deepEqual(changes.sort(), [
      'create leases',
      'create pods/eviction',
      'patch leases',
      'patch nodes',
      'patch pods',
    ]);
  });
});

describe('the roles of a check', () => {
  const roles = async () =>
    (await objectsIn('rbac/check.yaml')).flatMap((role) => at(role, 'rules') as readonly NamedRule[]);

  it('allow everything that it reads, by name and of all', async () => {
    const all = await roles();
    for (const [namespace, targets] of [
      [NAMESPACE, [{ kind: 'StatefulSet', name: 'store' }]],
      [undefined, []],
    ] as const) {
      const { kube, requests } = answering(store());
      await readCluster(kube, { namespace, targets, selector: undefined });
      for (const { path } of requests) {
        const { group, resource, name } = addressIn(path);
        const verb = name === undefined ? 'list' : 'get';
        const allowed = all.some(
          (rule) =>
            rule.apiGroups.includes(group) &&
            rule.resources.includes(resource) &&
            rule.verbs.includes(verb) &&
            (!rule.resourceNames || (name !== undefined && rule.resourceNames.includes(name))),
        );
        assert.ok(allowed, `${verb} ${path}`);
      }
    }
  });

  it('allow to change nothing', async () => {
    const verbs = new Set((await roles()).flatMap((rule) => rule.verbs));
    assert.deepEqual([...verbs].sort(), ['get', 'list']);
  });
});

interface NamedRule extends Rule {
  resourceNames?: readonly string[];
}

/** What a path of the API is about. */
function addressIn(path: string): { group: string; resource: string; name: string | undefined } {
  const [root, ...segments] = path.split('/').slice(1);
  const group = root === 'api' ? '' : (segments.shift() ?? '');
  const [, ...rest] = segments;
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name] = inNamespace ? rest.slice(2) : rest;
  return { group, resource, name };
}
