import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { startPlugin } from '../helpers/plugin.ts';
import { waitUntil } from '../helpers/processes.ts';
import { webhookImage } from '../nodes/webhook-images.ts';
import { isDenied, whileAsking } from '../webhook/helpers/asking.ts';
import { zoneBudget } from '../webhook/helpers/budgets.ts';
import { connectTo, type EvictionAnswer, evictPod } from '../webhook/helpers/evictions.ts';
import type { ClusterOptions } from './cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';
import type { NodesCluster } from './nodes-cluster.ts';

const NAMESPACE = 'served';
const SYSTEM = 'kubectl-zone-system';
const DEPLOYMENT = ['deployment/kubectl-zone-webhook', '-n', SYSTEM];
const AT = { namespace: NAMESPACE, pod: 'steady-0' };
const DEADLINE_MS = 120_000;
/** A new CA is announced after 30 s, signs after 38 s, and is the only one after 46 s; the old one ends after 45 s. */
const SHORT_LIVES = ['--ca-lifetime=45s', '--certificate-lifetime=30s', '--certificate-settle-time=8s'];

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.optional(z.string()) }),
      spec: z.object({
        nodeName: z.optional(z.string()),
        containers: z.array(z.object({ image: z.string() })),
      }),
    }),
  ),
});
const slicesSchema = z.object({
  items: z.array(
    z.object({
      endpoints: z.nullable(
        z.array(z.object({ conditions: z.object({ ready: z.boolean() }), nodeName: z.string() })),
      ),
    }),
  ),
});

/** The webhook as users have it: its image in pods, behind a Service, called by the API server. */
export function webhookServiceSuite(factory: (options?: ClusterOptions) => Promise<NodesCluster>): void {
  describe('webhook: behind its Service', () => {
    let cluster: NodesCluster;
    let image: string;
    let nextImage: string;

    const succeed = async (...args: string[]) => {
      const { code, stdout, stderr } = await cluster.kubectl(args);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const plugin = async (...argv: string[]) => {
      const result = await startPlugin(cluster.kubeconfigPath, argv).end;
      assert.equal(result.code, 0, result.stderr);
      return result;
    };
    const podsIn = async (where: string) =>
      podsSchema.parse(await cluster.json(['get', 'pods', '-n', where])).items;
    /** The replicas of the webhook. */
    const pods = async () =>
      (await podsIn(SYSTEM)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    /** The nodes to whose pods the Service sends requests. */
    const servingNodes = async () => {
      const selector = ['-l', 'kubernetes.io/service-name=kubectl-zone-webhook'];
      const { items } = slicesSchema.parse(
        await cluster.json(['get', 'endpointslices', '-n', SYSTEM, ...selector]),
      );
      const endpoints = items.flatMap(({ endpoints }) => endpoints ?? []);
      return endpoints.filter(({ conditions }) => conditions.ready).map(({ nodeName }) => nodeName);
    };
    const bothServe = () =>
      waitUntil('two replicas serve', async () => (await servingNodes()).length === 2, {
        processes: [],
        deadlineMs: DEADLINE_MS,
      });
    /** Waits until there are only new replicas, which serve. */
    const rolledOut = async () => {
      await succeed('rollout', 'status', ...DEPLOYMENT, '--timeout=180s');
      await waitUntil('the old replicas are gone', async () => (await podsIn(SYSTEM)).length === 2, {
        processes: [],
        deadlineMs: DEADLINE_MS,
      });
      await bothServe();
    };
    /** A node with a replica of the webhook and no pod of the budget. */
    const nodeOfAReplica = async () => {
      const names = new Set((await podsIn(NAMESPACE)).map(({ spec }) => spec.nodeName));
      const [found] = (await pods()).filter(({ spec }) => !names.has(spec.nodeName));
      const node = cluster.nodes.find(({ name }) => name === found?.spec.nodeName);
      assert.ok(node);
      return node;
    };
    /** Collects what must not be said while the webhook comes or goes: anything but done, not there, or the budget's no. */
    const collect = () => {
      const wrong: EvictionAnswer[] = [];
      const note = (answer: EvictionAnswer) => {
        if (![201, 404, 409].includes(answer.code) && !/maxUnavailable is 0/.test(answer.message))
          wrong.push(answer);
      };
      return { wrong, note };
    };
    /** A new budget settles for 75 s, in which it refuses for another reason. */
    const isEnforced = async () => {
      const kube = await connectTo(cluster.kubeconfigPath);
      try {
        const isRefused = async () =>
          /maxUnavailable is 0/.test((await evictPod(kube, AT.namespace, AT.pod)).message);
        await waitUntil('the budget is enforced', isRefused, {
          processes: [],
          deadlineMs: DEADLINE_MS,
          intervalMs: 500,
        });
      } finally {
        await kube.close();
      }
    };

    before(async () => {
      cluster = await factory();
      const { archive, name } = await webhookImage();
      image = name;
      nextImage = `${name}-next`;
      await cluster.loadImage(archive);
      await cluster.tagImage(image, nextImage);
      const steady = statefulSet({ name: 'steady', namespace: NAMESPACE, replicas: 3 });
      const [node] = cluster.nodes.slice(-1);
      assert.ok(steady.spec?.template.spec && node);
      // All on one node: the others can be lost without a pod of the budget.
      steady.spec.template.spec.nodeSelector = { 'kubernetes.io/hostname': node.name };
      await cluster.apply(namespace(NAMESPACE), steady);
      await cluster.waitReady('StatefulSet', 'steady', NAMESPACE);
    });
    after(() => cluster?.stop());

    it('is installed while evictions go on, and none of them fails', async () => {
      const { wrong, note } = collect();
      const asked = await whileAsking(cluster, AT, note, async () => {
        const { stderr } = await plugin('install', '--image', image, '--yes');
        assert.match(stderr, /its webhook enforces budgets$/m);
      });
      assert.deepEqual(wrong, []);
      assert.ok(asked > 0);
      await cluster.waitReady('StatefulSet', 'steady', NAMESPACE);
      await cluster.apply(zoneBudget({ name: 'steady', namespace: NAMESPACE, maxUnavailable: 0 }));
      await isEnforced();
    });

    it('runs the image, without a shell and not as root, where Pod Security is enforced as restricted', async () => {
      const labels = await succeed('get', 'namespace', SYSTEM, '-o', 'jsonpath={.metadata.labels}');
      assert.match(labels, /"pod-security.kubernetes.io\/enforce":"restricted"/);
      const running = await pods();
      assert.deepEqual(
        running.map(({ spec }) => spec.containers.map((container) => container.image)),
        [[image], [image]],
      );
      const user = "process.stdout.write([process.getuid(), process.getgid()].join(':'))";
      assert.equal(await succeed('exec', ...DEPLOYMENT, '--', 'node', '-e', user), '65532:65532');
      const { code, stderr } = await cluster.kubectl(['exec', ...DEPLOYMENT, '--', 'sh', '-c', 'true']);
      assert.notEqual(code, 0);
      assert.match(stderr, /executable file not found/);
      const { stdout } = await plugin('version');
      assert.match(stdout, /^All versions are compatible\.$/m);
    });

    it('refuses every eviction while its replicas are replaced', async () => {
      const asked = await whileAsking(cluster, AT, isDenied, async () => {
        await succeed('rollout', 'restart', ...DEPLOYMENT);
        await rolledOut();
      });
      assert.ok(asked > 0);
    });

    it('refuses every eviction while it is upgraded to another image', async () => {
      const asked = await whileAsking(cluster, AT, isDenied, async () => {
        const { stdout } = await plugin('install', '--image', nextImage, '--yes');
        assert.match(stdout, /^deployment\.apps\/kubectl-zone-webhook changed$/m);
        await rolledOut();
      });
      assert.ok(asked > 0);
      const images = (await pods()).flatMap(({ spec }) =>
        spec.containers.map((container) => container.image),
      );
      assert.deepEqual(images, [nextImage, nextImage]);
    });

    it('refuses every eviction while the kubelet of a replica’s node is stopped, and when it is back', async () => {
      await bothServe();
      const node = await nodeOfAReplica();
      const asked = await whileAsking(cluster, AT, isDenied, async () => {
        node.stopKubelet();
        const isLost = async () => !(await servingNodes()).includes(node.name);
        await waitUntil(`no request goes to ${node.name}`, isLost, {
          processes: [],
          deadlineMs: DEADLINE_MS,
        });
        node.startKubelet();
        await bothServe();
      });
      assert.ok(asked > 0);
    });

    it('refuses every eviction while its CA and its certificates are replaced', async () => {
      const add = SHORT_LIVES.map((value) => ({
        op: 'add',
        path: '/spec/template/spec/containers/0/args/-',
        value,
      }));
      await succeed('patch', ...DEPLOYMENT, '--type=json', '-p', JSON.stringify(add));
      await rolledOut();
      // The CA that is there would last for years.
      await succeed('delete', 'secret', 'kubectl-zone-webhook-tls', '-n', SYSTEM);
      const first = await caNames(cluster);
      await waitUntil('a new CA', async () => (await caNames(cluster)).join() !== first.join(), {
        processes: [],
        deadlineMs: DEADLINE_MS,
      });
      await isEnforced();

      const seen: string[] = [];
      const asked = await whileAsking(cluster, AT, isDenied, () =>
        waitUntil(
          'the CA is replaced',
          async () => {
            const names = (await caNames(cluster)).join();
            if (seen.at(-1) !== names) seen.push(names);
            return seen.length >= 4;
          },
          { processes: [], deadlineMs: DEADLINE_MS, intervalMs: 250 },
        ),
      );
      assert.ok(asked > 0);
      const [old, announced, promoted, next] = seen;
      assert.deepEqual([announced, promoted], [`${old},${next}`, `${next},${old}`]);
    });

    it('admits nothing that the budget forbids when the node of a replica loses its power', async () => {
      await bothServe();
      const node = await nodeOfAReplica();
      await whileAsking(
        cluster,
        AT,
        ({ code, message }) => assert.notEqual(code, 201, message),
        async () => {
          await node.powerOff();
          const isLost = async () => !(await servingNodes()).includes(node.name);
          await waitUntil(`no request goes to ${node.name}`, isLost, {
            processes: [],
            deadlineMs: DEADLINE_MS,
          });
        },
      );
      // Connections to the lost node may still be open; no new one is made.
      await isEnforced();
      // Nobody confirms the end of a pod on a lost node. The node itself stays: kube-proxy may depend on it.
      const here = `--field-selector=spec.nodeName=${node.name}`;
      await succeed('delete', 'pods', '-n', SYSTEM, here, '--force', '--grace-period=0');
      await bothServe();
    });

    it('is removed while evictions go on, and none of them fails', async () => {
      const { wrong, note } = collect();
      await whileAsking(cluster, AT, note, async () => {
        const { stdout } = await plugin('uninstall', '--yes');
        assert.match(stdout, /^deployment\.apps\/kubectl-zone-webhook deleted$/m);
        await succeed('wait', `namespace/${SYSTEM}`, '--for=delete', '--timeout=180s');
      });
      assert.deepEqual(wrong, []);
    });
  });
}

/** The names of the CAs that the API server trusts for the webhook. */
async function caNames(cluster: NodesCluster): Promise<string[]> {
  const path = 'jsonpath={.webhooks[0].clientConfig.caBundle}';
  const { stdout } = await cluster.kubectl([
    'get',
    'validatingwebhookconfiguration',
    'kubectl-zone',
    '-o',
    path,
  ]);
  return Buffer.from(stdout, 'base64')
    .toString('utf8')
    .split(/(?=-----BEGIN)/)
    .filter((text) => text.trim() !== '')
    .map((text) => new X509Certificate(text).subject);
}
