import { controlPlaneCluster } from './control-plane-cluster.ts';
import { installSuite } from './install.suite.ts';
import { installBasicsSuite } from './install-basics.suite.ts';
import { installHalvesSuite } from './install-halves.suite.ts';
import { installRefusalsSuite } from './install-refusals.suite.ts';
import { sideBySide } from './side-by-side.ts';
import { WEBHOOK_SUITES } from './webhook.suite.ts';
import { webhookClientsSuite } from './webhook-clients.suite.ts';
import { webhookPolicySuite } from './webhook-policy.suite.ts';
import { webhookRightsSuite } from './webhook-rights.suite.ts';
import { webhookShippedSuite } from './webhook-shipped.suite.ts';

sideBySide(
  'webhook on a control plane',
  { factory: controlPlaneCluster, atOnce: 2 },
  {
    sharing: WEBHOOK_SUITES,
    alone: [
      webhookShippedSuite,
      webhookRightsSuite,
      webhookPolicySuite,
      webhookClientsSuite,
      installBasicsSuite,
      installSuite,
      installHalvesSuite,
      installRefusalsSuite,
    ],
  },
);
