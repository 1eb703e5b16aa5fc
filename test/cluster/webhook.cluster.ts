import { after } from 'node:test';
import { shareCluster } from './cluster.ts';
import { controlPlaneCluster } from './control-plane-cluster.ts';
import { webhookSuites } from './webhook.suite.ts';
import { webhookRightsSuite } from './webhook-rights.suite.ts';
import { webhookShippedSuite } from './webhook-shipped.suite.ts';

const { factory, stop } = shareCluster(controlPlaneCluster);
after(stop);

webhookSuites(factory);
webhookShippedSuite(controlPlaneCluster);
webhookRightsSuite(controlPlaneCluster);
