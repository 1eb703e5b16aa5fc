import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '../../../../plugin/sandbox/controllers/types.ts';
import { httpPort, processesOf } from '../../../../plugin/sandbox/services/pod-state.ts';

function pod(states: object[], ports: object[] = []): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: {
      containers: [{ name: 'a', image: 'a:1' }, Object.assign({ name: 'b', image: 'b:1' }, { ports })],
    },
    status: {
      containerStatuses: states.map((state) => ({ name: 'a', ready: false, restartCount: 0, state })),
    },
  };
}

describe('the processes of a simulated pod', () => {
  it('run as long as one of them does', () => {
    assert.equal(processesOf(pod([{ waiting: { reason: 'CrashLoopBackOff' } }, { running: {} }])), 'running');
  });

  it('have exited when all ended with code 0', () => {
    const ended = (exitCode: number) => ({ terminated: { exitCode } });
    assert.equal(processesOf(pod([ended(0), ended(0)])), 'exited');
    assert.equal(processesOf(pod([ended(0), ended(137)])), 'down');
  });

  it('are down before and in between', () => {
    assert.equal(processesOf(pod([])), 'down');
    assert.equal(processesOf(pod([{ waiting: { reason: 'ContainerCreating' } }])), 'down');
  });
});

describe('the port of a simulated pod', () => {
  it('is http or http-metrics, else the first, else 80', () => {
    const grpc = { name: 'grpc', containerPort: 9095 };
    assert.equal(httpPort(pod([], [grpc, { name: 'http-metrics', containerPort: 8080 }])), 8080);
    assert.equal(httpPort(pod([], [grpc])), 9095);
    assert.equal(httpPort(pod([])), 80);
  });
});
