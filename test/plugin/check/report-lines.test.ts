import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import type { Finding } from '../../../plugin/check/decide/finding.ts';
import type { CheckReport } from '../../../plugin/check/report.ts';
import { printReport } from '../../../plugin/check/report-lines.ts';

const WEB = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;

function finding(fields: Partial<Finding>): Finding {
  return {
    id: 'single-replica',
    severity: 'warning',
    workload: WEB,
    evidence: [],
    consequence: 'Nobody serves.',
    fix: 'Run two.',
    patches: [],
    source: 'https://example.com/',
    ...fields,
  };
}

async function printed(findings: readonly Finding[], wide = false): Promise<string[]> {
  const report: CheckReport = {
    workloads: [WEB],
    findings,
    summary: { error: 0, warning: 1, info: 0, skipped: 2 },
    patches: [],
    notCheckedWithoutCluster: [],
  };
  const stdout = new PassThrough();
  printReport(report, { wide }, stdout);
  stdout.end();
  return (await text(stdout)).split('\n');
}

describe('the text of a check', () => {
  it('has a block per finding, and a line per reason why rules were not checked', async () => {
    const skipped = { severity: 'skipped', consequence: 'not checked: no permission to list pods' } as const;
    const evidence = [
      { object: 'Deployment/web', field: 'spec.replicas', value: 1 },
      { object: 'Service/web', field: 'spec.type', value: null },
    ];
    const findings = [
      finding({ evidence }),
      finding({ id: 'one-zone', ...skipped }),
      finding({ id: 'on-delete-stale', ...skipped }),
    ];
    assert.deepEqual(await printed(findings), [
      'deployment/web in shop',
      'warning  single-replica: One replica only',
      '         seen   Deployment/web spec.replicas: 1',
      '                Service/web spec.type: not set',
      '         then   Nobody serves.',
      '         fix    Run two.',
      'skipped  not checked: no permission to list pods: one-zone, on-delete-stale',
      '',
      '1 workload: 1 warning, 2 rules not checked',
      '',
    ]);
  });

  it('explains the rule with -o wide', async () => {
    const lines = await printed([finding({})], true);
    assert.match(lines[4] ?? '', /^ {9}why {4}A single pod is unavailable whenever/);
    assert.equal(lines[5], '         see    https://example.com/');
  });

  it('removes control sequences from objects', async () => {
    const evidence = [{ object: 'Ingress/web', field: 'metadata.annotations["a"]', value: 'x\u001b[2J\ny' }];
    const [, , seen] = await printed([finding({ evidence })]);
    assert.equal(seen, '         seen   Ingress/web metadata.annotations["a"]: x y');
  });
});
