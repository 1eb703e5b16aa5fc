import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSettled, type Sight } from '../../../../plugin/demo/zero-downtime/settling.ts';
import type { TargetHealth } from '../../../../plugin/sandbox/balancer/target.ts';
import { readDeployment, readPod } from '../../../../shared/kube/objects.ts';

const STATUS = { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2 };

function target(podIP: string, state: TargetHealth['state'] = 'healthy') {
  return { podIP, port: 80, health: { state, reason: undefined, description: '' } };
}

function sight(changes: { status?: object; pods?: number; targets?: Sight['targets'] } = {}): Sight {
  const { status = STATUS, pods = 2, targets = [target('10.1.0.1'), target('10.1.0.2')] } = changes;
  return {
    deployment: readDeployment({
      metadata: { name: 'web', namespace: 'shop', generation: 2 },
      spec: { replicas: 2, selector: {}, template: { metadata: {}, spec: { containers: [] } } },
      status,
    }),
    pods: Array.from({ length: pods }, (_, index) =>
      readPod({ metadata: { name: `web-${index}` }, spec: { containers: [] }, status: {} }),
    ),
    targets,
  };
}

describe('a workload behind a load balancer', () => {
  it('has settled when all pods are new and are the healthy targets', () => {
    assert.ok(isSettled(sight()));
    const draining = target('10.1.0.9', 'draining');
    assert.ok(
      isSettled(sight({ targets: [...sight().targets, draining] })),
      'what drains has no more part in it',
    );
  });

  it('has not while the Deployment moves, or has not seen the change', () => {
    assert.ok(!isSettled(sight({ status: { ...STATUS, observedGeneration: 1 } })));
    assert.ok(!isSettled(sight({ status: { ...STATUS, updatedReplicas: 1 } })));
    assert.ok(!isSettled(sight({ status: { ...STATUS, availableReplicas: 1 } })));
    assert.ok(!isSettled({ ...sight(), deployment: undefined }));
  });

  it('has not while a pod that leaves is still there', () => {
    assert.ok(!isSettled(sight({ pods: 3 })));
  });

  it('has not while the load balancer is behind', () => {
    assert.ok(!isSettled(sight({ targets: [target('10.1.0.1')] })));
    assert.ok(!isSettled(sight({ targets: [target('10.1.0.1'), target('10.1.0.2', 'initial')] })));
    assert.ok(!isSettled(sight({ targets: [...sight().targets, target('10.1.0.3', 'unhealthy')] })));
  });
});
