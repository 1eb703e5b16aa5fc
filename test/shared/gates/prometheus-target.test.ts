import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePrometheusTarget } from '../../../shared/gates/prometheus-target.ts';

describe('the address of a Prometheus', () => {
  it('is a URL', () => {
    for (const text of ['http://localhost:9090', 'https://user:pass@prom.example/path/']) {
      assert.deepEqual(parsePrometheusTarget(text), { kind: 'url', url: new URL(text) });
    }
  });

  it('is a Service behind the API server', () => {
    const cases: [text: string, namespace: string, service: string, path: string][] = [
      ['svc:monitoring/prometheus:9090', 'monitoring', 'prometheus:9090', ''],
      ['svc:monitoring/prometheus:web/', 'monitoring', 'prometheus:web', ''],
      ['svc:mimir/https:gateway:443/prometheus/', 'mimir', 'https:gateway:443', '/prometheus'],
    ];
    for (const [text, namespace, service, path] of cases) {
      assert.deepEqual(parsePrometheusTarget(text), { kind: 'service', namespace, service, path });
    }
  });

  it('is nothing else', () => {
    for (const text of [
      '',
      'prometheus:9090',
      'localhost',
      'ftp://x',
      'svc:prometheus:9090',
      'svc:monitoring/prometheus',
      'svc:a/b/c:9090',
      'svc:a/ftp:b:9090',
    ]) {
      assert.equal(parsePrometheusTarget(text), undefined, text);
    }
  });
});
