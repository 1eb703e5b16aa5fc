import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { load } from 'js-yaml';
import { createMetrics } from '../../webhook/telemetry/metrics.ts';
import { at, MANIFESTS } from './read.ts';

/** Names of the time series that the webhook exposes. */
async function exposed(): Promise<ReadonlySet<string>> {
  const { text } = await createMetrics({
    budgets: () => [],
    leads: () => false,
    staleWatches: () => 0,
    reservedForMs: () => 0,
  }).expose();
  const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return new Set(names);
}

function used(text: string): string[] {
  return [...new Set(text.match(/kubectl_zone_\w+/g))].sort();
}

function read(path: string): Promise<string> {
  return readFile(join(MANIFESTS, 'monitoring', path), 'utf8');
}

describe('monitoring', () => {
  for (const file of ['rules.yaml', 'prometheus-rule.yaml', 'dashboard.json']) {
    it(`${file} uses only metrics that the webhook exposes`, async () => {
      const known = await exposed();
      const names = used(await read(file));
      assert.ok(names.length > 3);
      assert.deepEqual(
        names.filter((name) => !known.has(name)),
        [],
      );
    });
  }

  it('has the same rules for both ways to install them', async () => {
    const plain = load(await read('rules.yaml'));
    const operator = load(await read('prometheus-rule.yaml'));
    assert.deepEqual(at(operator, 'spec'), plain);
  });

  it('gives every alert a severity, a summary and a description', async () => {
    const rules = at(load(await read('rules.yaml')), 'groups', 0, 'rules');
    assert.ok(Array.isArray(rules));
    for (const rule of rules) {
      assert.match(String(at(rule, 'labels', 'severity')), /^(critical|warning)$/);
      assert.equal(typeof at(rule, 'annotations', 'summary'), 'string');
      assert.equal(typeof at(rule, 'annotations', 'description'), 'string');
    }
  });

  it('lays the panels of the dashboard out without overlap', async () => {
    const panels = at(JSON.parse(await read('dashboard.json')), 'panels');
    assert.ok(Array.isArray(panels));
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          assert.ok(x < 24, `${title} is wider than the page`);
          assert.equal(taken.get(`${x},${y}`), undefined, `${title} overlaps ${taken.get(`${x},${y}`)}`);
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });
});
