import { NO_GATES } from '../../shared/gates/request.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import type { Context } from '../cli/context.ts';
import type { ExitCode } from '../cli/errors.ts';
import type { RolloutFlags } from '../rollout/request.ts';
import { runRollout } from '../rollout/rollout.ts';
import { ingester, OLD_IMAGE } from './ingester.ts';
import { allReady, type DemoHost, type DemoOptions, onSandbox, SETS } from './stage.ts';

const NEW_IMAGE = 'cortex:v2';

/** Starts a sandbox, creates a StatefulSet with a pending change, and rolls it out. */
export function demoRollout(options: DemoOptions, context: Context, host: DemoHost): Promise<ExitCode> {
  const { pods } = options;
  return onSandbox(options, context, {
    command: 'kubectl zone rollout sts/ingester',
    lookAt: 'get pods -L topology.kubernetes.io/zone -w',
    async prepare(kube, signal) {
      await kube.request({ method: 'POST', path: resourcePath(SETS), body: ingester(pods, OLD_IMAGE) });
      await allReady(kube, pods, context, signal);
      await kube.request({
        method: 'PATCH',
        patch: 'strategic',
        path: resourcePath({ ...SETS, name: 'ingester' }),
        body: { spec: { template: { spec: { containers: [{ name: 'ingester', image: NEW_IMAGE }] } } } },
      });
    },
    run: (kubeconfig) => runRollout(request(kubeconfig, options), context, host.openRolloutReporter),
  });
}

function request(kubeconfig: string, { output }: DemoOptions): RolloutFlags {
  return {
    target: { kind: 'statefulset', name: 'ingester' },
    change: undefined,
    options: { maxUnavailable: '33%' },
    gates: NO_GATES,
    ignoreAlarm: undefined,
    connection: { kubeconfig },
    timeoutMs: undefined,
    dryRun: undefined,
    output,
    acceptKilled: false,
    disableEviction: false,
    restoreStrategy: false,
    allowedManagers: [],
    failureBudget: undefined,
    yes: true,
    commandLine: 'kubectl zone demo',
    commandLineAfterChange: 'kubectl zone demo',
  };
}
