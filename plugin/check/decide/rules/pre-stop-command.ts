import { seen } from '../finding.ts';
import { templatePatch } from '../patches.ts';
import { hookTime, onlySleeps, usesShell } from '../pre-stop.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** Names of images that are known to contain only the application. */
const BARE_IMAGE = /distroless|chainguard|(^|[/:-])(scratch|static)([:@-]|$)/;

export const preStopNeedsShell: Rule = {
  id: 'prestop-needs-shell',
  severity: 'info',
  title: 'The preStop hook runs a program that the image may not have',
  why: 'If the command cannot be started the hook fails, and the process is stopped at once; only an Event reports it. Images without a shell have no sleep either. The sleep action is run by the kubelet (on by default since Kubernetes 1.30, stable in 1.34) and needs nothing in the image.',
  source: SOURCES.hooks,
  check({ workload }) {
    return workload.podSpec.containers.flatMap((container) => {
      const preStop = container.lifecycle?.preStop;
      const command = preStop?.exec?.command ?? [];
      const bare = BARE_IMAGE.test(container.image);
      const sleeps = onlySleeps(command);
      if (!sleeps && !(bare && usesShell(command))) return [];
      const time = hookTime(preStop);
      const wholeSeconds = time.kind === 'sleep' && Number.isInteger(time.seconds) ? time.seconds : undefined;
      return {
        ...(bare && { severity: 'warning' as const }),
        evidence: [
          seen(
            workload,
            `spec.template.spec.containers[${container.name}].lifecycle.preStop.exec.command`,
            command.join(' '),
          ),
          seen(workload, `spec.template.spec.containers[${container.name}].image`, container.image),
        ],
        consequence: `If the image has no ${command[0]}, the hook fails and ${container.name} stops at once: requests fail with 502.`,
        fix: sleeps
          ? 'Use the sleep action instead of the command (Kubernetes 1.30 or later).'
          : 'Use the sleep action instead of the command, and do the rest in the application on SIGTERM.',
        patches:
          sleeps && wholeSeconds !== undefined
            ? [
                templatePatch(workload, {
                  containers: [
                    {
                      name: container.name,
                      lifecycle: { preStop: { exec: null, sleep: { seconds: wholeSeconds } } },
                    },
                  ],
                }),
              ]
            : [],
      };
    });
  },
};
