import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { prometheusGate } from '../../../shared/gates/prometheus.ts';
import { askPrometheus } from '../../../shared/gates/prometheus-ask.ts';
import { parsePrometheusTarget } from '../../../shared/gates/prometheus-target.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';
import { freePorts } from '../../helpers/ports.ts';
import { type RunningProcess, startProcess, waitUntil } from '../../helpers/processes.ts';

/** Debian's package `prometheus` has it; `PROMETHEUS` may name one that is not on the PATH. */
function findPrometheus(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = process.env.PROMETHEUS
    ? [process.env.PROMETHEUS]
    : folders.map((folder) => join(folder, 'prometheus'));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const command = findPrometheus();

describe('a real Prometheus', { skip: command === undefined && 'no prometheus on the PATH' }, () => {
  let folder: string;
  let url: string;
  let server: RunningProcess;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    await writeFile(join(folder, 'config.yaml'), '{}\n');
    const [port] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    server = await startProcess({
      name: 'prometheus',
      command: command ?? '',
      args: [
        `--config.file=${join(folder, 'config.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      logPath: join(folder, 'log'),
    });
    await waitUntil('prometheus is ready', async () => (await fetch(`${url}/-/ready`)).ok, {
      processes: [server],
      deadlineMs: 60_000,
    });
  });
  after(async () => {
    await server?.kill();
    await rm(folder, { recursive: true });
  });

  function check(query: string, address = url) {
    const target = parsePrometheusTarget(address) ?? assert.fail(address);
    const gate = prometheusGate(query, askPrometheus(target, fakeKube()));
    return gate.check(new AbortController().signal);
  }

  const verdicts: [query: string, state: string, reason: string][] = [
    ['nothing_of_this_name > 0', 'open', 'the query returns nothing'],
    ['vector(0)', 'open', 'the query returns only 0'],
    ['0', 'open', 'the query returns 0'],
    ['1 - 1.5', 'closed', 'the query returns -0.5'],
    ['absent(nothing_of_this_name{zone="a"})', 'closed', '{zone="a"} is 1'],
    ['vector(0) / 0', 'closed', '{} is NaN'],
    ['vector(0) / 0 > 0.1', 'open', 'the query returns nothing'],
  ];
  for (const [query, state, reason] of verdicts) {
    it(`is ${state} with ${query}`, async () => {
      assert.deepEqual(await check(query), [{ name: `Prometheus query ${query}`, state, reason }]);
    });
  }

  const mistakes: [query: string, message: RegExp][] = [
    ['sum(', /^Prometheus refuses the query: .*parse error: unclosed left parenthesis$/],
    ['nothing_of_this_name[5m]', /must return an instant vector or a scalar, not a matrix/],
    ['"words"', /not a string/],
    [
      'vector(1) + on() group_left() (vector(1) or label_replace(vector(1), "a", "b", "", ""))',
      /^Prometheus refuses the query: /,
    ],
  ];
  for (const [query, message] of mistakes) {
    it(`refuses ${query}`, () => assert.rejects(check(query), { name: 'UserError', message }));
  }

  it('is not found below a wrong path', () =>
    assert.rejects(check('0', `${url}/wrong`), {
      name: 'UserError',
      message: /is not a Prometheus API/,
    }));
});
