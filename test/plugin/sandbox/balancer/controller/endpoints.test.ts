import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gateOf } from '../../../../../plugin/sandbox/balancer/controller/bindings.ts';
import { differences, endpointsOf } from '../../../../../plugin/sandbox/balancer/controller/endpoints.ts';
import { binding, pod, target } from './builders.ts';

const BINDING = binding();
const GATE = gateOf(BINDING);

function addresses(...pods: ReturnType<typeof pod>[]): string[] {
  return endpointsOf(BINDING, pods).map(({ podIP, port }) => `${podIP}:${port}`);
}

describe('the pods of a target group', () => {
  it('are those whose containers are ready', () => {
    assert.deepEqual(addresses(pod(), pod({ ip: '10.1.0.2', conditions: { ContainersReady: 'False' } })), [
      '10.1.0.1:8080',
    ]);
  });

  it('need not have the gate of the group, but all others', () => {
    assert.deepEqual(addresses(pod({ gates: [GATE] })), ['10.1.0.1:8080']);
    assert.deepEqual(addresses(pod({ gates: [GATE, 'other'] })), []);
    assert.deepEqual(
      addresses(pod({ gates: [GATE, 'other'], conditions: { ContainersReady: 'True', other: 'True' } })),
      ['10.1.0.1:8080'],
    );
  });

  it('are not those that leave, have no address, or belong elsewhere', () => {
    const leaving = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    assert.deepEqual(
      addresses(pod({ metadata: leaving }), pod({ ip: '' }), pod({ labels: { app: 'x' } })),
      [],
    );
  });

  it('are reached at the port that the Service names', () => {
    assert.equal(endpointsOf(binding('http'), [pod()])[0]?.port, 9000);
  });
});

describe('what has to change in a target group', () => {
  it('is what is missing, and what is too much', () => {
    const endpoints = endpointsOf(BINDING, [pod(), pod({ ip: '10.1.0.2' })]);
    const targets = [target('10.1.0.2', 'healthy'), target('10.1.0.3', 'unhealthy')];
    const { register, deregister } = differences(endpoints, targets);
    assert.deepEqual(
      register.map(({ podIP }) => podIP),
      ['10.1.0.1'],
    );
    assert.deepEqual(
      deregister.map(({ podIP }) => podIP),
      ['10.1.0.3'],
    );
  });

  it('leaves alone what drains, and registers it anew where it is wanted', () => {
    const targets = [target('10.1.0.1', 'draining'), target('10.1.0.3', 'draining')];
    const { register, deregister } = differences(endpointsOf(BINDING, [pod()]), targets);
    assert.deepEqual(
      register.map(({ podIP }) => podIP),
      ['10.1.0.1'],
    );
    assert.deepEqual(deregister, []);
  });

  it('counts another port for another target', () => {
    const { register, deregister } = differences(endpointsOf(BINDING, [pod()]), [
      target('10.1.0.1', 'healthy', 1),
    ]);
    assert.deepEqual([register.length, deregister.length], [1, 1]);
  });
});
