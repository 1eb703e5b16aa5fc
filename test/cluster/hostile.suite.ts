import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runInProcess } from '../helpers/context.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';

const NAMESPACE = 'hostile';
const NAME = 'ing';
/** Clears lines, fills the clipboard, turns text around, and begins a line that looks like ours. */
const EVIL = 'x\u001b[2K\u001b[1A\r\u001b]52;c;cm0=\u0007\nFORGED\u202e\u200b\u0007\u2028FORGED end';
/** What no output may have but for line ends. */
const OBEYED = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const LEASE = `zone-rollout-statefulset-${NAME}`;

/** Whoever may write to a namespace does not write on the terminal of the one who looks at it. */
export function hostileSuite(factory: ClusterFactory): void {
  describe('hostile text from the cluster', () => {
    let cluster: TestCluster;

    const kubectl = async (...words: string[]) => {
      const { stdout, stderr, code } = await cluster.kubectl([...words, '-n', NAMESPACE]);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    /** As JSON: a server-side apply is YAML, in which the API server takes no control characters. */
    const send = async (verb: 'create' | 'replace', object: object) => {
      const { stderr, code } = await cluster.kubectl([verb, '-f', '-'], { input: JSON.stringify(object) });
      assert.equal(code, 0, stderr);
    };
    const patch = (object: string, change: object, ...more: string[]) =>
      kubectl('patch', object, '--type=merge', '-p', JSON.stringify(change), ...more);

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      const set = (image: string) => {
        const made = statefulSet({ name: NAME, namespace: NAMESPACE, replicas: 3, image });
        const { metadata, spec } = made;
        const container = spec?.template.spec?.containers[0];
        assert.ok(metadata && spec?.template.metadata && container);
        metadata.annotations = { ...metadata.annotations, 'kubernetes.io/change-cause': EVIL };
        spec.template.metadata.annotations = {
          ...spec.template.metadata.annotations,
          note: `${image} ${EVIL}`,
        };
        container.env = [{ name: 'A', value: EVIL }];
        return made;
      };
      await send('create', set('app:v1'));
      await cluster.waitReady('StatefulSet', NAME, NAMESPACE);
      await send('replace', set(`app:v2\u001b[2K\u202e`));
      const conditions = ['Ready', 'PodScheduled'].map((type) => ({
        type,
        status: 'False',
        reason: 'Evil',
        message: EVIL,
      }));
      await patch('pod/ing-1', { status: { conditions } }, '--subresource=status');
      const order = JSON.stringify({ by: EVIL, at: EVIL, reason: EVIL });
      await send('create', {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: {
          name: LEASE,
          namespace: NAMESPACE,
          annotations: Object.fromEntries(
            [
              ['paused', order],
              ['undone', order],
              ['state', EVIL],
              ['reason', EVIL],
              ['rollout-memory', EVIL],
              ['max-unavailable', '1e308'],
              ['max-unavailable-by', order],
              ['max-unavailable-flag', EVIL],
              ['strategy-before', EVIL],
              ['wave', '-1e308'],
            ].map(([key, value]) => [`kubectl-zone.dev/${key}`, value]),
          ),
        },
        spec: {
          holderIdentity: EVIL,
          leaseDurationSeconds: 15,
          leaseTransitions: 2 ** 31 - 1,
          renewTime: new Date().toISOString().replace('Z', '000Z'),
        },
      } as never);
    });
    after(() => cluster.stop());

    const TARGET = [`sts/${NAME}`, '-n', NAMESPACE];
    const commands: readonly (readonly string[])[] = [
      ['rollout', 'status', ...TARGET, '--watch=false'],
      ['rollout', 'status', ...TARGET, '--watch=false', '-o', 'json'],
      ['rollout', 'status', ...TARGET, '--watch=false', '-o', 'yaml'],
      ['rollout', 'history', ...TARGET],
      ['rollout', 'history', ...TARGET, '--revision=1'],
      ['rollout', 'history', ...TARGET, '-o', 'json'],
      ['status', '-n', NAMESPACE],
      ['status', '-A', '-o', 'wide'],
      ['status', '-n', NAMESPACE, '-o', 'yaml'],
      ['rollout', 'pause', ...TARGET],
      ['rollout', 'resume', ...TARGET],
      ['rollout', 'abort', ...TARGET],
      ['rollout', ...TARGET, '--dry-run=client'],
      ['rollout', ...TARGET, '--dry-run=server'],
      ['rollout', ...TARGET, '--dry-run=client', '-o', 'json'],
      ['rollout', ...TARGET, '--undo'],
      ['rollout', ...TARGET, '--undo', '--dry-run=client'],
      ['rollout', ...TARGET, '--image', `main=${EVIL}`, '--dry-run=client'],
      ['rollout', ...TARGET, '--zone-order', EVIL, '--dry-run=client'],
      ['rollout', `sts/${EVIL}`, '-n', NAMESPACE],
      ['rollout', ...TARGET, `--${EVIL}`],
      ['plan', ...TARGET],
      ['plan', ...TARGET, '-o', 'json'],
      ['check', ...TARGET],
      ['check', ...TARGET, '-o', 'json'],
      ['drain', '--zone', 'zone-a', '--dry-run=client'],
      ['drain', '--zone', EVIL, '--dry-run=client'],
      ['version', '--context', EVIL],
      ['__complete', 'rollout', 'sts/', '-n', NAMESPACE, ''],
    ];
    for (const words of commands) {
      it(`does nothing to the terminal in: ${JSON.stringify(words.slice(0, 4).join(' ')).slice(0, 60)}`, async () => {
        const { stdout, stderr } = await runInProcess(cluster.kubeconfigPath, words).end;
        const said = `${stdout}${stderr}`;
        assert.notEqual(said, '');
        const completes = words[0] === '__complete';
        assert.doesNotMatch(completes ? said.replaceAll('\t', '') : said, OBEYED, JSON.stringify(said));
        assert.doesNotMatch(said, /^FORGED/m, JSON.stringify(said));
      });
    }

    it('does nothing to the terminal in a rollout that waits for a hostile holder, and is paused by it', async () => {
      await patch(`lease/${LEASE}`, {
        metadata: {
          annotations: { 'kubectl-zone.dev/paused': JSON.stringify({ by: EVIL, at: '', reason: EVIL }) },
        },
        spec: { holderIdentity: EVIL, renewTime: '2020-01-01T00:00:00.000000Z' },
      });
      const run = runInProcess(cluster.kubeconfigPath, ['rollout', ...TARGET, '--yes', '--timeout=30s']);
      const paused = run.stdout.matches(/paused by/);
      await Promise.race([paused, run.end]);
      run.interrupt();
      const { stdout, stderr } = await run.end;
      assert.match(stderr, /checking for up to 15s whether/);
      assert.doesNotMatch(stdout + stderr, OBEYED);
      assert.doesNotMatch(stdout + stderr, /^FORGED/m);
    });
  });
}
