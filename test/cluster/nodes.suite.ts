import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { waitUntil } from '../helpers/processes.ts';
import type { ClusterOptions } from './cluster.ts';
import { namespace, ZONE_LABEL } from './fixtures.ts';
import type { NodesCluster } from './nodes-cluster.ts';

const NAMESPACE = 'nodes';
const DEADLINE_MS = 90_000;

const conditionsSchema = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
});
const podSchema = z.object({
  spec: z.object({ nodeName: z.string() }),
  status: z.object({
    hostIP: z.string(),
    podIP: z.string(),
    containerStatuses: z.array(z.object({ restartCount: z.number() })),
  }),
});

/** A pod that serves the name of its zone, which it has from its label. */
function server(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'app:v1',
          command: ['/bin/sh', '-c'],
          args: ['mkdir /www && echo "$ZONE" > /www/zone && echo serving && exec httpd -f -p 8080 -h /www'],
          env: [{ name: 'ZONE', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${ZONE_LABEL}']` } } }],
          ports: [{ containerPort: 8080 }],
          readinessProbe: { httpGet: { path: '/zone', port: 8080 }, periodSeconds: 1 },
        },
      ],
    },
  };
}

/** What real nodes have and simulated ones do not: containers, their output, a network, and kubelets that stop. */
export function nodesSuite(factory: (options?: ClusterOptions) => Promise<NodesCluster>): void {
  describe('real nodes', () => {
    let cluster: NodesCluster;
    let zone: string;

    const podOf = async (name: string) =>
      podSchema.parse(await cluster.json(['get', 'pod', name, '-n', NAMESPACE]));
    const nodeOf = async (pod: string) => {
      const { spec } = await podOf(pod);
      const node = cluster.nodes.find(({ name }) => name === spec.nodeName);
      assert.ok(node);
      return node;
    };
    /** Waits until the Ready condition of an object is so. */
    const ready = (type: string, name: string, status: string) =>
      waitUntil(
        `${type}/${name} has Ready ${status}`,
        async () => {
          const object = await cluster.json([
            'get',
            type,
            name,
            ...(type === 'pod' ? ['-n', NAMESPACE] : []),
          ]);
          const { conditions } = conditionsSchema.parse(object).status;
          return conditions.find((each) => each.type === 'Ready')?.status === status;
        },
        { processes: [], deadlineMs: DEADLINE_MS, intervalMs: 200 },
      );

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE), server('server'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'server', namespace: NAMESPACE },
        spec: {
          clusterIP: '10.96.7.7',
          selector: { app: 'server' },
          ports: [{ port: 80, targetPort: 8080 }],
        },
      });
      await cluster.waitReady('Pod', 'server', NAMESPACE);
      zone = (await nodeOf('server')).zone;
    });
    after(() => cluster.stop());

    it('run containers that know their zone, and show what they print', async () => {
      const { stdout: logs } = await cluster.kubectl(['logs', 'server', '-n', NAMESPACE]);
      assert.equal(logs, 'serving\n');
      const { stdout } = await cluster.kubectl(['exec', 'server', '-n', NAMESPACE, '--', 'cat', '/www/zone']);
      assert.equal(stdout, `${zone}\n`);
    });

    it('have a network in which pods and Services are reached from here and through the API server', async () => {
      const { status } = await podOf('server');
      for (const url of [`http://${status.podIP}:8080/zone`, 'http://10.96.7.7/zone']) {
        // kube-proxy follows a pod that has become Ready a moment later.
        const answers = async () => (await (await fetch(url)).text()) === `${zone}\n`;
        await waitUntil(`${url} answers`, answers, { processes: [], deadlineMs: DEADLINE_MS });
      }
      for (const path of ['pods/server:8080', 'services/server:80']) {
        const { stdout, stderr } = await cluster.kubectl([
          ...['get', '--raw', `/api/v1/namespaces/${NAMESPACE}/${path}/proxy/zone`],
        ]);
        assert.equal(stdout, `${zone}\n`, stderr);
      }
    });

    it('have kubelets that can be stopped: the node is lost, its pods run on and are back with it', async () => {
      const node = await nodeOf('server');
      node.stopKubelet();
      await ready('node', node.name, 'Unknown');
      await ready('pod', 'server', 'False');
      const { status } = await podOf('server');
      assert.equal((await fetch(`http://${status.podIP}:8080/zone`)).status, 200);

      node.startKubelet();
      await ready('node', node.name, 'True');
      await ready('pod', 'server', 'True');
      const { containerStatuses } = (await podOf('server')).status;
      assert.deepEqual(
        containerStatuses.map(({ restartCount }) => restartCount),
        [0],
      );
    });

    it('run static pods', async () => {
      const [node] = cluster.nodes;
      assert.ok(node);
      const file = join(node.staticPodsDir, 'fixed.json');
      await writeFile(file, JSON.stringify(server('fixed')));
      const name = `fixed-${node.name}`;
      await cluster.waitReady('Pod', name, NAMESPACE);
      assert.equal((await podOf(name)).status.hostIP, node.address);
      await rm(file);
      await cluster.until(
        { type: 'pods', namespace: NAMESPACE, selector: `fieldSelector=metadata.name%3D${name}` },
        (pods) => pods.length === 0,
      );
    });
  });
}
