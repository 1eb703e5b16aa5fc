import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameZone, withoutSharedDomain } from '../../../../plugin/views/drain/names.ts';

test('nodes without a zone are said to have none', () => {
  assert.deepEqual([nameZone('zone-a'), nameZone(null)], ['zone-a', 'no zone label']);
});

test('a domain is left out only where all nodes share it', () => {
  const ours = ['ip-10-0-1-2.eu-west-1.compute.internal', 'ip-10-0-1-3.eu-west-1.compute.internal'];
  assert.deepEqual(ours.map(withoutSharedDomain(ours)), ['ip-10-0-1-2', 'ip-10-0-1-3']);
  const others = [...ours, 'ip-10-0-1-2.us-east-1.compute.internal'];
  assert.deepEqual(others.map(withoutSharedDomain(others)), others);
  const alone = ['node.example.com'];
  assert.deepEqual(alone.map(withoutSharedDomain(alone)), alone);
});
