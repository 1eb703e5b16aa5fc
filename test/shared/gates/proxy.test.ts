import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../shared/errors.ts';
import { getThroughProxy } from '../../../shared/gates/proxy.ts';
import { ApiError, type KubeRequest } from '../../../shared/kube/kube.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';

const WEB = { metadata: { name: 'web' }, spec: { ports: [{ name: 'http', port: 80 }] } };

/** Kubernetes 1.37 leads to no Service without endpoints, and answers with 503 whether there is one or not. */
async function rejection(name: string, service: object | ApiError): Promise<Error> {
  const kube = {
    ...fakeKube(),
    request: async ({ path }: KubeRequest) => {
      if (path.includes('/proxy/')) {
        throw new ApiError({
          code: 503,
          reason: 'ServiceUnavailable',
          message: `no endpoints available for service "${name}"`,
        });
      }
      assert.match(path, /^\/api\/v1\/namespaces\/cortex\/services\/(web|https)$/);
      if (service instanceof ApiError) throw service;
      return service;
    },
  };
  const page = { resource: 'services', namespace: 'cortex', name, path: '/ring' } as const;
  try {
    await getThroughProxy(kube, page, 'the page', { signal: new AbortController().signal });
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it was answered');
}

describe('a Service that the proxy calls unavailable', () => {
  it('is a mistake of the operator where there is no such Service', async () => {
    const error = await rejection(
      'web:http',
      new ApiError({ code: 404, reason: 'NotFound', message: 'not found' }),
    );
    assert.ok(error instanceof UserError);
    assert.match(
      error.message,
      /the page through the API server: there is no Service "web" in namespace cortex$/,
    );
    assert.match(error.fix ?? '', /kubectl -n cortex get services/);
  });

  it('is a mistake of the operator where it has no such port', async () => {
    for (const name of ['web:https', 'https:web:443']) {
      const error = await rejection(name, WEB);
      assert.ok(error instanceof UserError, name);
      assert.match(error.message, /the Service "web" has no port "(https|443)"$/);
    }
  });

  it('may come back where it is as it was asked for, or may not be read', async () => {
    for (const name of ['web', 'web:http', 'https:web:80', 'https:80', 'https:web:']) {
      const error = await rejection(name, WEB);
      assert.ok(!(error instanceof UserError), name);
      assert.match(error.message, /no endpoints available/);
    }
    const unread = await rejection(
      'web',
      new ApiError({ code: 403, reason: 'Forbidden', message: 'forbidden' }),
    );
    assert.ok(!(unread instanceof UserError));
  });
});
