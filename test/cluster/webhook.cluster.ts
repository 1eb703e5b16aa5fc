import { after } from 'node:test';
import { shareCluster } from './cluster.ts';
import { controlPlaneCluster } from './control-plane-cluster.ts';
import { installSuite } from './install.suite.ts';
import { installBasicsSuite } from './install-basics.suite.ts';
import { installHalvesSuite } from './install-halves.suite.ts';
import { installRefusalsSuite } from './install-refusals.suite.ts';
import { webhookSuites } from './webhook.suite.ts';
import { webhookRightsSuite } from './webhook-rights.suite.ts';
import { webhookShippedSuite } from './webhook-shipped.suite.ts';

const { factory, stop } = shareCluster(controlPlaneCluster);
after(stop);

webhookSuites(factory);
webhookShippedSuite(controlPlaneCluster);
webhookRightsSuite(controlPlaneCluster);
// What they install and take away belongs to the whole cluster, so that each has one of its own.
installBasicsSuite(controlPlaneCluster);
installSuite(controlPlaneCluster);
installHalvesSuite(controlPlaneCluster);
installRefusalsSuite(controlPlaneCluster);
