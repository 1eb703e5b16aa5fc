import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unchecked } from '../../../../plugin/check/decide/check.ts';
import type { Gap, Topic } from '../../../../plugin/check/decide/input.ts';
import { RULES } from '../../../../plugin/check/decide/registry.ts';
import { CASES, preStop } from './cases.ts';
import { all, findingsOf, plus, without } from './objects.ts';
import { NAMESPACE, store, web } from './well-made.ts';

const forbidden = (topic: Topic): Gap => ({
  topic,
  reason: `no permission to list ${topic}`,
  expected: false,
});

describe('an object that may not be read', () => {
  it('leaves rules unchecked that need it', () => {
    const findings = findingsOf(without('Namespace')(web()), [forbidden('namespaces')]);
    assert.deepEqual(
      findings.map(({ id, severity }) => [severity, id]),
      [
        ['skipped', 'readiness-gate-legacy'],
        ['skipped', 'readiness-gate-missing'],
        ['skipped', 'readiness-gate-not-injected'],
      ],
    );
    for (const { consequence, patches } of findings) {
      assert.equal(consequence, 'not checked: no permission to list namespaces');
      assert.deepEqual(patches, []);
    }
  });

  it('does not hide other findings', () => {
    const nlb = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'nlb',
        namespace: NAMESPACE,
        annotations: { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb-ip' },
      },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
    };
    const objects = plus(nlb)(preStop(null)(without('Ingress')(web())));
    const about = findingsOf(objects, [forbidden('ingresses')]).filter(({ id }) => id === 'prestop-missing');
    assert.deepEqual(
      about.map(({ severity }) => severity),
      ['error', 'skipped'],
    );
    assert.equal(about[1]?.consequence, 'checked only partly: no permission to list ingresses');
  });

  it('is ignored if it is not expected', () => {
    const gaps = (['pods', 'nodes'] as const).map((topic) => ({ ...forbidden(topic), expected: true }));
    assert.deepEqual(findingsOf(all(without('Pod'), without('Node'))(web()), gaps), []);
    const named = unchecked(gaps);
    assert.ok(named.includes('one-zone') && !named.includes('prestop-missing'));
  });

  it('is reported for every rule that needs it, whatever is broken', () => {
    for (const { id, base, broken } of CASES) {
      const rule = RULES.find((each) => each.id === id);
      for (const topic of rule?.needs ?? []) {
        const about = findingsOf(broken(base()), [forbidden(topic)]).filter((finding) => finding.id === id);
        assert.deepEqual(
          about.map(({ severity }) => severity),
          ['skipped'],
          `${id} without ${topic}`,
        );
      }
    }
  });

  it('is not reported if the rule does not apply', () => {
    const gaps = [forbidden('namespaces'), forbidden('ingresses')];
    assert.deepEqual(findingsOf(without('Service')(web()), gaps), []);
    const unknown = [...gaps, forbidden('services')];
    assert.ok(findingsOf(without('Service')(web()), unknown).length > 0);
  });

  it('only affects workloads of its namespace', () => {
    const elsewhere = { ...forbidden('zonedisruptionbudgets'), namespace: 'elsewhere' };
    assert.deepEqual(findingsOf(store(), [elsewhere]), []);
  });
});
