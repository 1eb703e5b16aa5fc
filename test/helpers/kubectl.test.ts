import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { kubectlLines, kubectlPath, runKubectl } from './kubectl.ts';

describe('kubectl', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kubectl-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  /** A stand-in that shows what it was given. */
  const target = async (script: string) => {
    const path = join(dir, 'kubectl');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return { kubectlPath: path, kubeconfigPath: '/the/kubeconfig', cacheDir: '/the/cache' };
  };

  it('is the one that KUBECTL names', async () => {
    assert.equal(await kubectlPath({ KUBECTL: '/some/kubectl' }), '/some/kubectl');
  });

  it('is there without any setting, and runs', async () => {
    const found = { kubectlPath: await kubectlPath(), kubeconfigPath: '/dev/null', cacheDir: dir };
    const { stdout, code } = await runKubectl(found, ['version', '--client']);
    assert.equal(code, 0);
    assert.match(stdout, /Client Version: v1\.\d+/);
  });

  it('gets arguments, input, kubeconfig and cache folder, and its exit code is handed over', async () => {
    const echo = await target('cat; echo "$KUBECONFIG $KUBECACHEDIR $1" >&2; exit 7');
    assert.deepEqual(await runKubectl(echo, ['get'], 'input'), {
      stdout: 'input',
      stderr: '/the/kubeconfig /the/cache get\n',
      code: 7,
    });
  });

  it('need not read its input', async () => {
    const { code } = await runKubectl(await target('exit 0'), [], 'x'.repeat(1_000_000));
    assert.equal(code, 0);
  });

  it('hands over lines until the reader has seen enough', async () => {
    const seen: string[] = [];
    const endless = await target('while :; do echo line; done');
    for await (const line of kubectlLines(endless, [], new AbortController().signal)) {
      seen.push(line);
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen, ['line', 'line']);
  });

  it('ends the lines with the reason of the abort', async () => {
    const abort = new AbortController();
    const silent = await target('echo first; exec sleep 600');
    await assert.rejects(async () => {
      for await (const _ of kubectlLines(silent, [], abort.signal)) abort.abort(new Error('enough'));
    }, /^Error: enough$/);
  });

  it('ends the lines where the server ends the watch', async () => {
    const seen: string[] = [];
    const brief = await target('echo only');
    for await (const line of kubectlLines(brief, [], new AbortController().signal)) seen.push(line);
    assert.deepEqual(seen, ['only']);
  });

  it('reports a watch that failed with what it said', async () => {
    const failing = await target('echo "no such resource" >&2; exit 1');
    await assert.rejects(async () => {
      for await (const _ of kubectlLines(failing, ['get', 'x'], new AbortController().signal));
    }, /kubectl get x: no such resource/);
  });
});
