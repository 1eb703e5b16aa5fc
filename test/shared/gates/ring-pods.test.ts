import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesWithoutPod, podsToAsk, servingPort } from '../../../shared/gates/ring-pods.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';
import { pod } from './decide/ring/pages.ts';

const never = new AbortController().signal;

function withPorts(...containers: { name?: string; containerPort: number }[][]) {
  return { spec: { containers: [{}, ...containers.map((ports) => ({ ports }))] } };
}

describe('the pods to ask', () => {
  it('are the available ones, those ready for longest first', () => {
    const pods = [
      pod('b', { readySinceMs: 2 }),
      pod('c', { readySinceMs: 1 }),
      pod('a', { readySinceMs: 2 }),
      pod('starting', { readySinceMs: undefined }),
      pod('going', { terminating: true, readySinceMs: 0 }),
    ];
    assert.deepEqual(
      podsToAsk(pods).map(({ name }) => name),
      ['c', 'a', 'b'],
    );
  });
});

describe('the port of the page', () => {
  const grpc = { name: 'grpc', containerPort: 9095 };

  it('is the one called http or http-metrics, in whichever container', () => {
    const http = { name: 'http', containerPort: 3200 };
    const metrics = { name: 'http-metrics', containerPort: 8080 };
    assert.equal(servingPort(withPorts([grpc], [metrics]), undefined), 8080);
    assert.equal(servingPort(withPorts([grpc, metrics, http]), undefined), 3200);
  });

  it('is otherwise the one of the HTTP readiness probe, by number or name', () => {
    const probed = (port: string | number) => ({
      spec: {
        containers: [
          { ports: [grpc, { name: 'web', containerPort: 8081 }], readinessProbe: { httpGet: { port } } },
        ],
      },
    });
    assert.equal(servingPort(probed(8082), undefined), 8082);
    assert.equal(servingPort(probed('web'), undefined), 8081);
    assert.equal(servingPort(probed('elsewhere'), undefined), 80);
    const tcp = { ports: [grpc, { containerPort: 1 }], readinessProbe: { tcpSocket: { port: 9095 } } };
    assert.equal(servingPort({ spec: { containers: [tcp] } }, undefined), 80);
  });

  it('is otherwise the only one', () => {
    assert.equal(servingPort(withPorts([{ containerPort: 3100 }]), undefined), 3100);
  });

  it('is 80 where none is', () => {
    assert.equal(servingPort(withPorts([grpc, { containerPort: 9096 }]), undefined), 80);
    assert.equal(servingPort({ spec: { containers: [] } }, undefined), 80);
    assert.equal(servingPort(undefined, undefined), 80);
  });

  it('is the one that is asked for, by number or name', () => {
    assert.equal(servingPort(withPorts([grpc]), '9095'), 9095);
    assert.equal(servingPort(withPorts([grpc]), 'grpc'), 9095);
    assert.equal(servingPort(withPorts([grpc]), 'web'), undefined);
  });
});

describe('the names that no pod has', () => {
  it('are looked up one by one, unless they cannot be the name of a pod', async () => {
    const asked: unknown[] = [];
    const kube: Kube = {
      ...fakeKube(),
      async request({ path, query }) {
        asked.push([path, query?.fieldSelector]);
        return { items: query?.fieldSelector === 'metadata.name=other-0' ? [{}] : [] };
      },
    };
    const names = ['other-0', 'Not_A_Pod', 'gone-1'];
    assert.deepEqual([...(await namesWithoutPod(kube, 'cortex', names, never))], ['Not_A_Pod', 'gone-1']);
    const path = '/api/v1/namespaces/cortex/pods';
    assert.deepEqual(asked, [
      [path, 'metadata.name=other-0'],
      [path, 'metadata.name=gone-1'],
    ]);
  });

  it('are none where pods may not be listed, and unknown where the API server does not answer', async () => {
    const kube = fakeKube();
    let code = 403;
    kube.before = () => {
      throw apiError(code, 'Trouble');
    };
    assert.equal((await namesWithoutPod(kube, 'cortex', ['gone-1'], never)).size, 0);
    code = 500;
    await assert.rejects(namesWithoutPod(kube, 'cortex', ['gone-1'], never), { name: 'ApiError' });
  });
});
