import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { OutputStream } from '../../../../plugin/cli/context.ts';
import type { WorkloadFacts } from '../../../../plugin/status/decide/facts.ts';
import { fleetStatus } from '../../../../plugin/status/decide/rows.ts';
import type { StatusEvent } from '../../../../plugin/status/events.ts';
import { statusJsonLines } from '../../../../plugin/views/status/json-lines.ts';
import { statusLines } from '../../../../plugin/views/status/lines.ts';
import { BROKEN, workload, zone } from '../../status/builders.ts';
import { written } from '../fixtures/sink.ts';

const events = (...moments: WorkloadFacts[][]) =>
  moments.map((workloads, index) => ({
    ...{ type: 'status' as const, atMs: index },
    status: fleetStatus({ workloads, nodes: [], notes: [] }),
  }));

const API = workload({ name: 'api' });
const BAD = workload({ name: 'api', zones: [zone('zone-a', [BROKEN]), zone('zone-b')] });
const STORE = workload({ name: 'store' });
const MOMENTS = events([API, STORE], [API, STORE], [BAD, STORE], [STORE]);

describe('the changes of the status', () => {
  it('are written as rows, and a workload that is gone as one', async () => {
    const stderr = new PassThrough();
    const table = { namespaces: true, wide: false };
    const lost = { type: 'lost', atMs: 9, reason: 'reset' } as const;
    const text = await written<StatusEvent>(
      (stdout) => statusLines({ stdout, stderr, table }),
      [...MOMENTS, lost],
    );
    const rows = text.trimEnd().split('\n');
    assert.deepEqual(
      rows.map((row) => row.split(/ {2,}/).slice(0, 3)),
      [
        ['NAMESPACE', 'WORKLOAD', 'STATE'],
        ['cortex', 'sts/api', 'ok'],
        ['cortex', 'sts/store', 'ok'],
        ['cortex', 'sts/api', 'unhealthy'],
        ['cortex', 'sts/api', '<gone>'],
      ],
    );
    assert.match(String(stderr.read()), /warning: the watch is broken: reset/);
  });

  it('are written as data', async () => {
    const found: object[] = [];
    const open = (stdout: OutputStream) =>
      statusJsonLines(stdout, new PassThrough(), (data) => found.push(data));
    await written<StatusEvent>(open, MOMENTS);
    assert.deepEqual(
      found.map((each) => {
        const { type, workload: of } = each as { type: string; workload: { name: string; state?: string } };
        return [type, of.name, of.state];
      }),
      [
        ['changed', 'api', 'ok'],
        ['changed', 'store', 'ok'],
        ['changed', 'api', 'unhealthy'],
        ['gone', 'api', undefined],
      ],
    );
  });
});
