import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide, offered } from './lines.ts';

describe('what can be completed', () => {
  it('offers verbs, with what they do', () => {
    assert.deepEqual(offered(['dr']), ['drain']);
    assert.ok(offered(['']).includes('rollout'));
    assert.equal(
      decide('').fixed.find(({ name }) => name === 'plan')?.about,
      'Compare settings before a rollout',
    );
    assert.deepEqual(offered(['nonsense', '']), []);
  });

  it('offers the verbs below a verb beside what may stand there otherwise', () => {
    assert.deepEqual(offered(['rollout', 's']), ['status', 'sts/']);
    assert.deepEqual(offered(['budget', ''], ['ingester']), ['create', 'explain', 'ingester']);
    assert.deepEqual(offered(['rollout', 'sts/a', 'st']), [], 'a workload stands there already');
    assert.deepEqual(offered(['rollout', '--', 's']), ['sts/']);
  });

  it('offers types in the shortest spelling that the word allows', () => {
    assert.deepEqual(offered(['plan', '']), ['deploy/', 'group/', 'sts/']);
    assert.deepEqual(offered(['plan', 'sta']), ['statefulset/']);
    assert.deepEqual(offered(['plan', 'deployments']), ['deployments/']);
    assert.deepEqual(offered(['plan', 'ds']), []);
  });

  it('asks for workloads of the type, as TYPE/NAME and as TYPE NAME', () => {
    assert.deepEqual(decide('rollout', 'sts/in').asked?.question, { kind: 'workloads', of: 'statefulset' });
    assert.deepEqual(offered(['rollout', 'sts/in'], ['ingester', 'store']), ['sts/ingester']);
    assert.deepEqual(offered(['rollout', 'status', 'deployment', ''], ['web']), ['web']);
    assert.equal(decide('rollout', 'sts/a', '').asked, undefined, 'one workload at a time');
    assert.equal(decide('rollout', 'sts', 'a', '').asked, undefined);
    assert.equal(decide('rollout', 'ds/a').asked, undefined);
  });

  it('does not offer again what has been named, where several may be', () => {
    assert.deepEqual(offered(['check', 'deploy/web', 'deploy/'], ['api', 'web']), ['deploy/api']);
    assert.deepEqual(offered(['check', 'deploy/web', 'sts/'], ['api', 'web']), ['sts/api', 'sts/web']);
    assert.deepEqual(offered(['check', 'deploy', 'web', ''], ['api', 'web']), ['api']);
    assert.deepEqual(offered(['drain', 'a', 'node/b', ''], ['a', 'b', 'c']), ['c']);
    assert.deepEqual(offered(['drain', 'a', 'node/'], ['a', 'b']), ['node/b']);
  });

  it('knows budgets and pods in the ways in which they may be written', () => {
    assert.deepEqual(offered(['budget', 'zdb/'], ['explain']), ['zdb/explain']);
    assert.deepEqual(offered(['budget', 'explain', 'pod/i'], ['ingester-0', 'store-0']), ['pod/ingester-0']);
    assert.deepEqual(offered(['budget', 'explain', 'pod', ''], ['ingester-0']), ['ingester-0']);
    assert.equal(decide('budget', 'explain', 'ingester-0', '').asked, undefined);
    assert.equal(decide('budget', 'create', '').asked, undefined, 'the name of a new budget is free');
  });

  it('offers flags, those that were given only where they can be repeated', () => {
    const flags = offered(['drain', '--zone', 'a', '-o', 'json', '--']);
    assert.ok(flags.includes('--zone') && flags.includes('--namespace') && flags.includes('--help'));
    assert.ok(!flags.includes('--output') && !flags.includes('-o'));
    assert.ok(offered(['drain', '-']).includes('-o'));
    assert.deepEqual(offered(['budget', '--all']), ['--all-namespaces']);
    assert.deepEqual(offered(['--']), ['--help', '--version']);
  });

  it('offers the flags without which a command is not complete', () => {
    assert.deepEqual(offered(['budget', 'create', 'x', '']), ['--for', '--max-unavailable']);
    assert.deepEqual(offered(['budget', 'create', 'x', '--for', 'sts/a', '']), ['--max-unavailable']);
  });

  it('offers the words that a flag takes, behind a space and behind =', () => {
    assert.deepEqual(offered(['rollout', 'sts/a', '--pacing', '']), ['stream', 'wave']);
    assert.deepEqual(offered(['rollout', 'sts/a', '--pacing=s']), ['stream']);
    assert.deepEqual(offered(['check', '-o', '']), ['json', 'wide', 'yaml']);
    assert.deepEqual(offered(['check', '-o=w']), ['wide']);
    assert.deepEqual(offered(['demo', '']), ['drain', 'flush', 'rollout', 'zero-downtime']);
    assert.deepEqual(offered(['demo', '--output', '']), ['json', 'plain', 'yaml']);
    assert.deepEqual(offered(['budget', 'create', 'x', '--dry-run', '']), ['client', 'server']);
  });

  it('asks for zones, also the further ones of a list', () => {
    const zones = ['zone-a', 'zone-b', 'zone-c'];
    assert.deepEqual(offered(['drain', '--zone', 'zone-a', '--zone', ''], zones), ['zone-b', 'zone-c']);
    assert.deepEqual(offered(['rollout', 'sts/a', '--zone-order', 'zone-b,'], zones), [
      'zone-b,zone-a',
      'zone-b,zone-c',
    ]);
    assert.deepEqual(offered(['drain', '--zone-order=zone-b,zone-c,'], zones), ['zone-b,zone-c,zone-a']);
  });

  it('asks for what belongs to the workload that is named', () => {
    const of = { kind: 'statefulset', name: 'ingester' };
    assert.deepEqual(decide('rollout', 'sts/ingester', '--image', '').asked?.question, {
      kind: 'containers',
      of,
    });
    assert.deepEqual(
      offered(['rollout', 'sts/ingester', '--image', 'app=app:v2', '--image', ''], ['app', 'proxy']),
      ['proxy='],
    );
    assert.deepEqual(
      offered(['rollout', 'sts/ingester', '--image', 'app='], ['app']),
      [],
      'an image is anybody’s guess',
    );
    assert.deepEqual(decide('rollout', 'sts', 'ingester', '--undo', '--to-revision', '').asked?.question, {
      kind: 'revisions',
      of,
    });
    assert.equal(decide('rollout', '--image', '').asked, undefined);
  });

  it('completes a Service part by part', () => {
    const ring = (text: string) => ['rollout', 'sts/a', '--ring', text];
    assert.deepEqual(offered(ring('')), ['svc:']);
    assert.deepEqual(offered(ring('svc:mon'), ['monitoring', 'default']), ['svc:monitoring/']);
    assert.deepEqual(decide(...ring('svc:monitoring/')).asked?.question, {
      kind: 'services',
      namespace: 'monitoring',
    });
    assert.deepEqual(offered(ring('svc:monitoring/'), ['ring:80']), ['svc:monitoring/ring:80/']);
    assert.deepEqual(offered(['rollout', 'sts/a', '--prometheus-url', 'svc:m/'], ['prom:9090']), [
      'svc:m/prom:9090',
    ]);
    assert.deepEqual(offered(ring('/ri')), []);
  });

  it('asks for namespaces, contexts, clusters and users, and leaves files to the shell', () => {
    assert.equal(decide('plan', 'sts/a', '-n', '').asked?.question.kind, 'namespaces');
    for (const [flag, of] of [
      ['--context', 'contexts'],
      ['--cluster', 'clusters'],
      ['--user', 'users'],
    ] as const) {
      assert.deepEqual(decide('plan', flag, '').asked?.question, { kind: 'kubeconfig', of });
    }
    assert.equal(decide('check', '-f', '').files, true);
    assert.equal(decide('check', '--kubeconfig=').files, true);
  });

  it('has nothing to say after --help, of values of one’s own, and of what it does not know', () => {
    assert.deepEqual(offered(['rollout', '--help', '']), []);
    assert.deepEqual(offered(['rollout', 'sts/a', '--soak', '']), []);
    assert.deepEqual(offered(['rollout', 'sts/a', '--nonsense=']), []);
  });
});
