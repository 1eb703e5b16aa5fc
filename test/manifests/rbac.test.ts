import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { neededAccess } from '../../plugin/drain/preflight.ts';
import { at, objectIn } from './read.ts';

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
    assert.deepEqual(changes.sort(), ['create pods/eviction', 'patch nodes']);
  });
});
