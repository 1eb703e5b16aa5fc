import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRingTarget } from '../../../shared/gates/ring-target.ts';

describe('the place of a ring page', () => {
  it("is a path on the workload's pods, with a port or without", () => {
    const cases: [text: string, tls: boolean, path: string, port: string | undefined][] = [
      ['/ring', false, '/ring', undefined],
      ['/ingester/ring:8080', false, '/ingester/ring', '8080'],
      ['/ring:http-metrics', false, '/ring', 'http-metrics'],
      ['https:/mimir/ingester/ring:443', true, '/mimir/ingester/ring', '443'],
    ];
    for (const [text, tls, path, port] of cases) {
      assert.deepEqual(parseRingTarget(text), { kind: 'pods', tls, path, port });
    }
  });

  it('is a path on a Service', () => {
    assert.deepEqual(parseRingTarget('svc:cortex/https:distributor:web/ingester/ring'), {
      kind: 'service',
      namespace: 'cortex',
      service: 'https:distributor:web',
      path: '/ingester/ring',
    });
  });

  it('is nothing else', () => {
    for (const text of [
      '',
      'ring',
      'ring:80',
      '/ring:',
      '/ring:80:81',
      '/ring?tokens=true',
      '/a b',
      'http://distributor/ring',
      'svc:cortex/distributor:80',
      'svc:cortex/distributor:80/',
      'svc:cortex/distributor/ring',
    ]) {
      assert.equal(parseRingTarget(text), undefined, text);
    }
  });
});
