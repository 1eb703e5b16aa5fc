import { basicsSuite } from './basics.suite.ts';
import { nodesSuite } from './nodes.suite.ts';
import { nodesCluster } from './nodes-cluster.ts';
import { sideBySide } from './side-by-side.ts';

sideBySide('on real nodes', { factory: nodesCluster, atOnce: 1 }, { sharing: [nodesSuite, basicsSuite] });
