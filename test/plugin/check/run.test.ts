import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { Context } from '../../../plugin/cli/context.ts';
import { main } from '../../../plugin/main.ts';
import type { KubeRequest } from '../../../shared/kube/kube.ts';
import { testContext } from '../../helpers/context.ts';
import { apiError } from '../../helpers/fake-kube.ts';
import { answering } from './cluster.ts';
import { preStop } from './decide/cases.ts';
import { all, patched, type TestObject, without } from './decide/objects.ts';
import { web } from './decide/well-made.ts';

const UNLABELLED = patched('Namespace', { metadata: { labels: null } });
const BROKEN = all(preStop(null), UNLABELLED)(web());

interface Run {
  code: number;
  stdout: string;
  stderr: string;
  patches: KubeRequest[];
  again(...words: string[]): Promise<Run>;
}

/** Runs `kubectl zone check` against objects; `again` runs it against the resulting objects. */
async function run(
  objects: readonly TestObject[],
  words: readonly string[],
  {
    answer,
    refuse,
    minor,
  }: { answer?: string; refuse?: (request: KubeRequest) => Error | undefined; minor?: number } = {},
): Promise<Run> {
  const cluster = answering(objects, refuse, minor);
  const once = async (argv: readonly string[], typed: string | undefined): Promise<Run> => {
    const { context, stdout, stderr } = testContext({});
    const code = await main(['check', ...argv], {
      ...(typed === undefined ? context : withTerminal(context, typed)),
      connect: async () => cluster.kube,
    });
    return {
      code,
      stdout: stdout.text,
      stderr: stderr.text,
      patches: cluster.requests.filter(({ method }) => method === 'PATCH'),
      again: (...more) => once(more, undefined),
    };
  };
  return once(words, answer);
}

/** A terminal at which somebody has typed a line already. */
function withTerminal(context: Context, typed: string): Context {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.write(`${typed}\n`);
  return { ...context, stdin, stderr: Object.assign(context.stderr, { isTTY: true }) };
}

describe('kubectl zone check', () => {
  it('exits with 0 without findings', async () => {
    const { code, stdout, stderr } = await run(web(), ['deploy/web']);
    assert.equal(stdout, 'deployment/web in shop: no findings\n\n1 workload: no findings\n');
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('exits with 1 only for errors', async () => {
    assert.equal((await run(BROKEN, ['deploy/web'])).code, 1);
    assert.equal((await run(without('PodDisruptionBudget')(web()), ['deploy/web'])).code, 0);
  });

  it('does not treat unreadable objects as passed', async () => {
    const refuse = ({ path }: KubeRequest) =>
      path.endsWith('/ingresses') ? apiError(403, 'Forbidden') : undefined;
    const { code, stdout } = await run(web(), ['deploy/web'], { refuse });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^skipped {2}checked only partly: no permission to list ingresses\.networking\.k8s\.io in namespace shop: instance-targets, prestop-missing, /m,
    );
    assert.match(stdout, /^1 workload: 7 rules not checked$/m);
  });

  it('lists existing workloads if the named one does not exist', async () => {
    const { code, stderr } = await run(web(), ['deploy/wep']);
    assert.equal(code, 1);
    assert.match(stderr, /^error: deployment "wep" not found in namespace "shop"\n {2}there is: web\n/);
  });

  it('reports an empty result like kubectl', async () => {
    const one = await run(without('Deployment')(web()), []);
    assert.deepEqual([one.code, one.stdout, one.stderr], [0, '', 'No resources found in shop namespace.\n']);
  });

  it('fails if Kubernetes is too old, but not if its version may not be read', async () => {
    const old = await run(web(), ['deploy/web'], { minor: 29 });
    assert.deepEqual([old.code, old.stdout], [1, '']);
    assert.match(old.stderr, /^error: Kubernetes v1\.29\.0 is too old: kubectl-zone needs 1\.30 or newer\n/);
    const refuse = ({ path }: KubeRequest) => (path === '/version' ? apiError(403, 'Forbidden') : undefined);
    assert.equal((await run(web(), ['deploy/web'], { minor: 29, refuse })).code, 0);
  });

  it('prints everything as JSON', async () => {
    const { stdout } = await run(BROKEN, ['deploy/web', '-o', 'json']);
    const report = JSON.parse(stdout);
    assert.deepEqual(report.summary, { error: 2, warning: 0, info: 0, skipped: 0 });
    assert.deepEqual(report.workloads, [{ kind: 'Deployment', namespace: 'shop', name: 'web' }]);
    assert.deepEqual(Object.keys(report.findings[0]), [
      'id',
      'severity',
      'workload',
      'evidence',
      'consequence',
      'fix',
      'patches',
      'source',
    ]);
    assert.ok(!('patches' in report) && !('outcomes' in report));
  });
});

describe('kubectl zone check --fix', () => {
  it('shows commands, the namespace before the pods, and changes nothing without confirmation', async () => {
    const { code, stdout, patches } = await run(BROKEN, ['deploy/web', '--fix']);
    const commands = stdout.split('\n').filter((line) => line.startsWith('kubectl patch '));
    assert.deepEqual(
      commands.map((line) => line.split(' ').slice(2, 4).join('/')),
      ['namespace/shop', 'deployment.apps/web'],
    );
    assert.match(
      commands[0] ?? '',
      /^kubectl patch namespace shop --type=merge -p '\{"metadata":\{"labels":/,
    );
    assert.deepEqual(patches, []);
    assert.equal(code, 1);
  });

  it('asks on a terminal, and names the pods that will be replaced', async () => {
    const no = await run(BROKEN, ['deploy/web', '--fix'], { answer: 'n' });
    assert.match(
      no.stderr,
      /Change 2 objects, which replaces the pods of deployment\/web by its update strategy\?/,
    );
    assert.deepEqual([no.patches.length, no.code], [0, 1]);
    const yes = await run(BROKEN, ['deploy/web', '--fix'], { answer: 'y' });
    assert.match(yes.stdout, /^namespace\/shop patched\ndeployment\.apps\/web patched$/m);
    assert.deepEqual([yes.patches.length, yes.code], [2, 0]);
  });

  it('fixes without confirmation with --yes', async () => {
    const mended = await run(BROKEN, ['deploy/web', '--fix', '--yes']);
    assert.equal(mended.code, 0, mended.stderr);
    const after = await mended.again('deploy/web');
    assert.match(after.stdout, /1 workload: no findings/);
  });

  it('sends a dry run with --dry-run=server, and nothing with client', async () => {
    const server = await run(BROKEN, ['deploy/web', '--fix', '--dry-run=server']);
    assert.ok(server.patches.length === 2 && server.patches.every(({ query }) => query?.dryRun === 'All'));
    assert.match(server.stdout, /^deployment\.apps\/web patched \(server dry run\)$/m);
    assert.equal(server.code, 1);
    const client = await run(BROKEN, ['deploy/web', '--fix', '--dry-run=client'], { answer: 'y' });
    assert.deepEqual([client.patches.length, client.code], [0, 1]);
  });

  it('continues after a refusal, and exits with 1', async () => {
    const refuse = ({ method, path }: KubeRequest) =>
      method === 'PATCH' && path.includes('/namespaces/shop') && !path.includes('deployments')
        ? apiError(403, 'Forbidden')
        : undefined;
    const { code, stdout } = await run(BROKEN, ['deploy/web', '--fix', '--yes'], { refuse });
    assert.match(stdout, /^namespace\/shop refused: Forbidden happened\ndeployment\.apps\/web patched$/m);
    assert.equal(code, 1);
  });

  it('exits with 1 for a refusal, whatever the severity', async () => {
    const refuse = ({ method }: KubeRequest) => (method === 'PATCH' ? apiError(403, 'Forbidden') : undefined);
    const slow = patched(
      'Deployment',
      {
        spec: {
          template: { spec: { containers: [{ name: 'main', readinessProbe: { periodSeconds: 60 } }] } },
        },
      },
      'web',
    )(web());
    assert.equal((await run(slow, ['deploy/web', '--fix', '--yes'])).code, 0);
    assert.equal((await run(slow, ['deploy/web', '--fix', '--yes'], { refuse })).code, 1);
  });

  it('exits with 1 while errors without a patch remain', async () => {
    const unprobed = patched(
      'Deployment',
      { spec: { template: { spec: { containers: [{ name: 'main', readinessProbe: null }] } } } },
      'web',
    );
    const { code, patches } = await run(unprobed(BROKEN), ['deploy/web', '--fix', '--yes']);
    assert.deepEqual([code, patches.length], [1, 2]);
  });

  it('prints the results of patches as JSON', async () => {
    const asked = JSON.parse(
      (await run(BROKEN, ['deploy/web', '--fix', '-o', 'json'], { answer: 'y' })).stdout,
    );
    assert.ok(asked.patches.length === 2 && !('outcomes' in asked));
    const { outcomes } = JSON.parse(
      (await run(BROKEN, ['deploy/web', '--fix', '--yes', '-o', 'json'])).stdout,
    );
    assert.deepEqual(
      outcomes.map(({ patch, refusal }: { patch: { kind: string }; refusal?: string }) => [
        patch.kind,
        refusal,
      ]),
      [
        ['Namespace', undefined],
        ['Deployment', undefined],
      ],
    );
  });
});
