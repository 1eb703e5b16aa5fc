/**
 * `node test/nodes/hold.ts NAME`: starts a small cluster in namespaces of its own, with a namespace and a pod of this
 * name, prints `ready` and what it finds there, and holds it until it is killed: for the test of what remains. With a
 * second argument it does so in the namespaces that it is in.
 */
import { clusterOf } from '../cluster/control-plane-cluster.ts';
import { namespace, statefulSet } from '../cluster/fixtures.ts';
import { runIsolated } from './namespaces.ts';
import { startNodes } from './nodes.ts';

const [name = '', inside] = process.argv.slice(2);
if (inside === undefined) {
  const { end } = await runIsolated(process.execPath, [import.meta.filename, name, 'inside']);
  process.exitCode = await end;
} else {
  const nodes = await startNodes({ zones: ['zone-a'], nodesPerZone: 1 });
  const cluster = await clusterOf(nodes, 'nodes');
  await cluster.apply(namespace(name), statefulSet({ name, namespace: name, replicas: 1 }));
  await cluster.waitReady('StatefulSet', name, name);
  const { stdout } = await cluster.kubectl(['get', 'statefulsets', '-A', '-o', 'name']);
  // First: whoever waits for `ready` may read no further.
  process.stdout.write(`KUBECONFIG=${nodes.kubeconfigPath}\n`);
  process.stdout.write(`ready ${nodes.url.replace(/:\d+$/, '')} ${stdout.trim()}\n`);
  // Its connections would end the process otherwise when they are idle.
  setInterval(() => undefined, 60_000);
}
