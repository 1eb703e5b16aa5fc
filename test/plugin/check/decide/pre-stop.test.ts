import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PodSpecSchema } from '../../../../plugin/check/decide/objects/pod-spec.ts';
import { readService } from '../../../../plugin/check/decide/objects/service.ts';
import {
  hookTime,
  longestHook,
  onlySleeps,
  servingContainers,
  servingTime,
} from '../../../../plugin/check/decide/pre-stop.ts';

const exec = (...command: string[]) => hookTime({ exec: { command } });
const sleep = (seconds: number) => ({ lifecycle: { preStop: { sleep: { seconds } } } });
const spec = (fields: Record<string, unknown>) => PodSpecSchema.parse(fields);
const service = (targetPort: number | string | undefined) =>
  readService({ metadata: { name: 'web' }, spec: { ports: [{ port: 80, targetPort }] } });
const names = (containers: readonly { name: string }[]) => containers.map(({ name }) => name);

describe('the time of a preStop hook', () => {
  it('is that of a sleep, in any syntax', () => {
    for (const [command, seconds] of [
      [['sleep', '40'], 40],
      [['/bin/sleep', '1.5m'], 90],
      [['sh', '-c', 'sleep 40'], 40],
      [['/bin/bash', '-ec', '/bin/sleep 40s; nginx -s quit'], 40],
      [['sh', '-c', 'sleep 5&&kill 1'], 5],
    ] as const) {
      assert.deepEqual(exec(...command), { kind: 'sleep', seconds }, command.join(' '));
    }
    assert.deepEqual(hookTime({ sleep: { seconds: 7 } }), { kind: 'sleep', seconds: 7 });
  });

  it('is not guessed', () => {
    for (const command of [
      ['nginx', '-s', 'quit'],
      ['sh', '-c', 'drain; sleep 9'],
      ['sleep', 'infinity'],
      ['sleep'],
    ]) {
      assert.deepEqual(exec(...command), { kind: 'unknown' }, command.join(' '));
    }
    assert.deepEqual(hookTime({ httpGet: { path: '/' } }), { kind: 'unknown' });
    for (const none of [undefined, null]) assert.deepEqual(hookTime(none), { kind: 'none' });
  });

  it('may be the only purpose of a command', () => {
    for (const command of [
      ['sleep', '4'],
      ['sh', '-c', ' sleep 4; '],
    ])
      assert.ok(onlySleeps(command));
    for (const command of [['sh', '-c', 'sleep 4 && quit'], ['quit'], []]) assert.ok(!onlySleeps(command));
  });
});

describe('how long a pod serves after its termination begins', () => {
  const sidecar = { name: 'proxy', restartPolicy: 'Always', ports: [{ containerPort: 15001 }] };

  it('is the hook of a container, and for a sidecar that of the regular containers', () => {
    const pod = spec({ containers: [{ name: 'main', ...sleep(40) }], initContainers: [sidecar] });
    const [proxy] = pod.initContainers ?? [];
    assert.ok(proxy);
    assert.deepEqual(servingTime(pod, proxy), { kind: 'sleep', seconds: 40 });
    const beside = spec({ containers: [{ name: 'main', ...sleep(40) }, { name: 'proxy' }] });
    const [, other] = beside.containers;
    assert.ok(other);
    assert.deepEqual(servingTime(beside, other), { kind: 'none' });
  });

  it('is the longest of the pod, for its grace period', () => {
    const pod = spec({ containers: [{ name: 'a', ...sleep(4) }, { name: 'b', ...sleep(9) }, { name: 'c' }] });
    assert.deepEqual(longestHook(pod), { kind: 'sleep', seconds: 9 });
    assert.deepEqual(longestHook(spec({ containers: [{ name: 'a' }] })), { kind: 'none' });
  });

  it('uses the containers whose port the Service names', () => {
    const pod = spec({
      containers: [
        { name: 'metrics', ports: [{ name: 'metrics', containerPort: 9090 }] },
        { name: 'main', ports: [{ name: 'http', containerPort: 8080 }] },
      ],
      initContainers: [{ name: 'prepare', ports: [{ containerPort: 7000 }] }, sidecar],
    });
    assert.deepEqual(names(servingContainers(pod, [service('http')])), ['main']);
    assert.deepEqual(names(servingContainers(pod, [service(8080), service('metrics')])), ['metrics', 'main']);
    assert.deepEqual(names(servingContainers(pod, [service(15001)])), ['proxy']);
    assert.deepEqual(names(servingContainers(pod, [service(7000)])), ['metrics']);
    const undeclared = spec({ containers: [{ name: 'proxy' }, { name: 'main', ...sleep(4) }] });
    assert.deepEqual(names(servingContainers(undeclared, [service(8080)])), ['main']);
  });
});
