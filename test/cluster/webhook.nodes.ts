import { nodesCluster } from './nodes-cluster.ts';
import { sideBySide } from './side-by-side.ts';
import { webhookServiceSuite } from './webhook-service.suite.ts';

sideBySide('webhook on real nodes', { factory: nodesCluster, atOnce: 1 }, { alone: [webhookServiceSuite] });
