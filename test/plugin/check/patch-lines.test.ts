import assert from 'node:assert/strict';
import { it } from 'node:test';
import { patchCommand } from '../../../plugin/check/patch-lines.ts';

it('a patch is printed as a shell command', () => {
  const command = patchCommand({
    apiVersion: 'zonecontrol.k8s.aws/v1',
    kind: 'ZoneDisruptionBudget',
    namespace: 'shop',
    name: 'store',
    type: 'merge',
    body: { spec: { note: "it's" } },
  });
  assert.equal(
    command,
    `kubectl patch zonedisruptionbudget.zonecontrol.k8s.aws store -n shop --type=merge -p '{"spec":{"note":"it'\\''s"}}'`,
  );
});
