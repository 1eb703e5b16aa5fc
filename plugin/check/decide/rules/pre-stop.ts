import { DEREGISTRATION_DELAY, withEntry } from '../annotations.ts';
import { containerBody, containerField } from '../containers.ts';
import { type Evidence, keyed, type ObjectPatch, type PatchBody, seen } from '../finding.ts';
import { type CheckInput, mayBeServed } from '../input.ts';
import type { Container } from '../objects/pod-spec.ts';
import type { CheckedWorkload } from '../objects/workload.ts';
import { annotationPatch, templatePatch } from '../patches.ts';
import { longestHook, servingContainers, servingTime } from '../pre-stop.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import type { Deregistration, Target } from '../targets/target.ts';

/** Time for the controller and the load balancer to observe that a pod terminates, in addition to the delay itself. */
const PROPAGATION_SECONDS = 10;
/** Time for the application after the hook. */
const APPLICATION_SECONDS = 30;
/** For a target group without a configured delay: AWS's 300 s would delay every pod for five minutes. */
const ADVISED_DELAY_SECONDS = 30;

const ROUTES = ['ingresses', 'ingressclasses', 'targetgroupbindings'] as const;

export const preStopMissing: Rule = {
  id: 'prestop-missing',
  severity: 'error',
  title: 'Pods behind a load balancer stop immediately when they are terminated',
  why: 'A deleted pod gets SIGTERM at the same time as the load balancer’s controller starts to deregister it. Until the load balancer has been updated, it keeps sending requests to a process that no longer listens: 502, or 504 if the address no longer exists. A preStop hook keeps the process serving during that time.',
  source: SOURCES.termination,
  needs: ['services'],
  wants: ROUTES,
  concerns: mayBeServed,
  check(input) {
    const { workload, targets } = input;
    const [target] = targets;
    if (!target) return [];
    return serving(input)
      .filter((container) => servingTime(workload.podSpec, container).kind === 'none')
      .map((container) => ({
        evidence: [
          seen(target.by, target.typeField, target.type),
          seen(workload, hookField(workload, container), null),
        ],
        consequence:
          'Requests sent to a terminating pod before the load balancer is updated fail with 502 or 504, in every rollout and drain.',
        fix: `Add a preStop sleep to ${container.name} that is longer than the deregistration delay (lifecycle.preStop.sleep, Kubernetes 1.30 or later).`,
        patches: preStopPatches(input, container, plannedSeconds(targets)),
      }));
  },
};

export const preStopTooShort: Rule = {
  id: 'prestop-too-short',
  severity: 'error',
  title: 'The preStop sleep is shorter than the deregistration delay',
  why: 'A deregistered target keeps serving its current requests, and those on kept-alive connections, for the deregistration delay, 300 s by default. A process that stops earlier breaks them.',
  source: SOURCES.deregistration,
  needs: ['services'],
  wants: ROUTES,
  concerns: mayBeServed,
  check(input) {
    const { workload } = input;
    const longest = longestDelay(input.targets);
    if (!longest) return [];
    return serving(input).flatMap((container) => {
      const time = servingTime(workload.podSpec, container);
      if (time.kind !== 'sleep' || time.seconds > longest.seconds) return [];
      const evidence: Evidence[] = [
        seen(workload, hookField(workload, container), `${time.seconds} s`),
        seen(
          longest.at,
          keyed('annotations', longest.annotation),
          longest.isDefault ? null : (longest.attributes ?? null),
        ),
      ];
      return {
        evidence,
        consequence: `The pod stops ${time.seconds} s after its termination begins; the load balancer may use it for ${longest.seconds} s${longest.isDefault ? ', by default' : ''}. Requests in between fail with 502.`,
        fix: longest.isDefault
          ? `Set ${DEREGISTRATION_DELAY} to less than the preStop sleep, as in ${ADVISED_DELAY_SECONDS} s and ${ADVISED_DELAY_SECONDS + PROPAGATION_SECONDS} s.`
          : `Increase the preStop sleep of ${container.name} to more than ${longest.seconds} s, or reduce ${DEREGISTRATION_DELAY}.`,
        patches: preStopPatches(input, container, Math.max(time.seconds, plannedSeconds(input.targets))),
      };
    });
  },
};

/** Delays of `instance` targets apply to nodes, not to pods. */
function delays(targets: readonly Target[]): Deregistration[] {
  return targets.flatMap(({ type, deregistration }) =>
    type === 'ip' && deregistration ? [deregistration] : [],
  );
}

function longestDelay(targets: readonly Target[]): Deregistration | undefined {
  return delays(targets).reduce<Deregistration | undefined>(
    (longest, delay) => (longest && longest.seconds >= delay.seconds ? longest : delay),
    undefined,
  );
}

/** How long a pod should sleep, once unset delays are configured. */
function plannedSeconds(targets: readonly Target[]): number {
  const set = delays(targets).map(({ isDefault, seconds }) => (isDefault ? ADVISED_DELAY_SECONDS : seconds));
  return Math.max(ADVISED_DELAY_SECONDS, ...set) + PROPAGATION_SECONDS;
}

/** Sets the sleep, a grace period that leaves enough time for the application, and the unset delays. */
function preStopPatches(input: CheckInput, container: Container, seconds: number): ObjectPatch[] {
  const { workload } = input;
  const { podSpec } = workload;
  const unset = delays(input.targets).filter(({ isDefault }) => isDefault);
  const exec: PatchBody = container.lifecycle?.preStop?.exec ? { exec: null } : {};
  const hook = longestHook(podSpec);
  const longest = Math.max(seconds, hook.kind === 'sleep' ? hook.seconds : 0);
  const isEnough = servingSeconds(input, container) >= seconds;
  return [
    ...(isEnough
      ? []
      : [
          templatePatch(workload, {
            terminationGracePeriodSeconds: Math.max(
              podSpec.terminationGracePeriodSeconds,
              longest + APPLICATION_SECONDS,
            ),
            ...containerBody(podSpec, container, {
              lifecycle: { preStop: { ...exec, sleep: { seconds } } },
            }),
          }),
        ]),
    ...unset.map(({ at, annotation, attributes }) =>
      annotationPatch(
        at,
        annotation,
        withEntry(attributes, DEREGISTRATION_DELAY, String(ADVISED_DELAY_SECONDS)),
      ),
    ),
  ];
}

function servingSeconds({ workload }: CheckInput, container: Container): number {
  const time = servingTime(workload.podSpec, container);
  return time.kind === 'sleep' ? time.seconds : 0;
}

/** The containers that the load balancers send requests to. */
function serving({ workload, targets }: CheckInput): Container[] {
  return servingContainers(
    workload.podSpec,
    targets.map(({ service }) => service),
  );
}

function hookField({ podSpec }: CheckedWorkload, container: Container): string {
  return containerField(podSpec, container, 'lifecycle.preStop');
}
