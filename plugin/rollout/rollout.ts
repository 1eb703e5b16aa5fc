import { connectionNews } from '../../shared/drive/connection-news.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { GROUP_LABEL } from '../../shared/rollout/decide/grafana.ts';
import type { Workload } from '../../shared/rollout/decide/workload.ts';
import { fetchDefaults } from '../../shared/rollout/drive/defaults.ts';
import { checkAccess } from '../../shared/rollout/drive/preflight.ts';
import type { RolloutRequest } from '../../shared/rollout/drive/request.ts';
import type { RolloutHost } from '../../shared/rollout/drive/rollout-host.ts';
import {
  type FoundOperator,
  findRolloutOperator,
  operatorActs,
} from '../../shared/rollout/drive/rollout-operator.ts';
import { rollOut } from '../../shared/rollout/drive/run-rollout.ts';
import { applyChange, planChange, type TemplateChange } from '../../shared/rollout/drive/template.ts';
import { startTimeLimit, unlessAborted } from '../../shared/rollout/drive/time-limit.ts';
import type { FetchedWorkload, Watched, WatchListeners } from '../../shared/rollout/drive/workload-port.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { driveContext } from '../cli/operator.ts';
import { writeLine } from '../cli/output.ts';
import { defaultNotices } from '../cli/preferences.ts';
import { rolloutControls } from './controls.ts';
import { dryRun } from './dry-run.ts';
import { fetchTarget } from './fetch-target.ts';
import { probeRollout } from './probe.ts';
import type { OpenRolloutReporter } from './reporter.ts';
import type { RolloutCommand, RolloutFlags } from './request.ts';
import { resolveSettings, type Settings, settingNotices } from './settings.ts';

/** Rolls a workload out, or reports what that would do. All checks run before anything is changed. */
export async function runRollout(
  flags: RolloutFlags,
  context: Context,
  openReporter: OpenRolloutReporter,
): Promise<ExitCode> {
  const limit = startTimeLimit(flags.timeoutMs, context.clock, flags.commandLine);
  try {
    const kube = await unlessAborted(limit.signal, context.connect(flags.connection));
    try {
      return await runConnected(kube, flags, context, limit.signal, openReporter);
    } finally {
      await kube.close();
    }
  } finally {
    limit.cancel();
  }
}

async function runConnected(
  kube: Kube,
  flags: RolloutFlags,
  context: Context,
  limit: AbortSignal,
  openReporter: OpenRolloutReporter,
): Promise<ExitCode> {
  const { fetched, settings, notices: found } = await unlessAborted(limit, lookAround(kube, flags, context));
  const watched = await watch(kube, fetched, flags, context, limit);
  try {
    // The workload's own minReadySeconds applies; --min-ready may only increase it.
    const minReadyMs = Math.max(settings.options.minReadyMs, watched.found.minReadySeconds * 1000);
    const planned = workOut(flags.change, watched, settings, context);
    const { change, notices } = await unlessAborted(limit, planned);
    const request: RolloutCommand = {
      ...flags,
      ...settings,
      options: { ...settings.options, minReadyMs },
      zones: flags.zones,
      change,
      notices: [
        ...found,
        ...settingNotices(settings.sources),
        ...defaultNotices(settings.dryRun ? [] : (flags.defaults ?? [])),
        ...notices,
      ],
    };
    if (settings.dryRun) return await unlessAborted(limit, dryRun(request, watched, context));
    const host = hostOf(request, context, openReporter);
    return EXIT[await rollOut(request, watched, driveContext(context), limit, host)];
  } finally {
    await watched.watches.stop();
  }
}

/** What this process provides to the rollout: its view, probe and signals. */
function hostOf(
  { output, probe }: RolloutCommand,
  context: Context,
  openReporter: OpenRolloutReporter,
): RolloutHost {
  return {
    openReporter: (live) =>
      openReporter(context, {
        // Without work, a view would close immediately.
        output: live ? output : (output ?? 'plain'),
        onQuit: (outcome) => live?.stop(outcome),
        controls: live && rolloutControls({ ...context, ...live }),
        looksOn: false,
      }),
    startProbe: (signal) => probeRollout(probe, context, signal),
    onInterrupt: (listener) => context.onInterrupt(listener),
  };
}

/** What must be known before the watches start. */
async function lookAround(
  kube: Kube,
  flags: RolloutFlags,
  context: Context,
): Promise<{ fetched: FetchedWorkload; settings: Settings; notices: readonly string[] }> {
  const fetched = await fetchTarget(kube, flags.target, context);
  const { workload } = fetched;
  const { defaults, notice } = await fetchDefaults(kube, workload.id);
  const settings = resolveSettings(flags, defaults, workload);
  const operator = await findRolloutOperator(kube, workload);
  if (operator.deployment !== undefined && settings.dryRun === undefined) {
    throw operatorActs(workload, operator.deployment);
  }
  await checkAccess(kube, {
    workload,
    disableEviction: flags.disableEviction,
    patches: fetched.patches || flags.change !== undefined,
    acts: settings.dryRun !== 'client',
  });
  const notices = [notice, operator.notice, ...noticesOf(workload, operator)];
  return { fetched, settings, notices: notices.filter((each) => each !== undefined) };
}

/** What the operator should know of the StatefulSets before the rollout. */
function noticesOf({ id, members }: Workload, { deployment }: FoundOperator): string[] {
  const notices: string[] = [];
  if (deployment !== undefined) {
    notices.push(
      `a rollout would be refused while deployment/${deployment}, Grafana's rollout-operator, runs`,
    );
  }
  const group = members[0]?.metadata.labels[GROUP_LABEL];
  if (id.kind === 'statefulset' && group) {
    notices.push(
      `${id.subject} belongs to the group ${group}; pods of its other StatefulSets are not considered: kubectl zone rollout group/${group} rolls out all of them`,
    );
  }
  return notices;
}

async function watch(
  kube: Kube,
  fetched: FetchedWorkload,
  { zones }: RolloutFlags,
  context: Context,
  limit: AbortSignal,
): Promise<Watched> {
  const { stderr, clock } = context;
  // Before there is a reporter.
  const tell = connectionNews(
    clock,
    () => true,
    (news) => {
      if (news.type === 'connection-lost')
        writeLine(stderr, `no connection to the API server: ${news.reason}`);
      else writeLine(stderr, 'the API server answers again');
    },
  );
  const listeners: WatchListeners = { onConnection: tell, onProblem: () => {} };
  const forwarded: WatchListeners = {
    onConnection: (state) => listeners.onConnection(state),
    onProblem: (error) => listeners.onProblem(error),
    signal: limit,
  };
  const opened = await fetched.open(driveContext(context), forwarded, zones);
  return { ...opened, kube, found: opened.watches.workload ?? fetched.workload, listeners };
}

/**
 * Determines the change of the template, and asks the API server to validate it before anything is changed. A change
 * without effect is dropped.
 */
async function workOut(
  wanted: TemplateChange | undefined,
  { kube, found }: Watched,
  settings: Settings,
  { clock }: Context,
): Promise<Pick<RolloutRequest, 'change' | 'notices'>> {
  if (!wanted) return { change: undefined, notices: [] };
  const change = await planChange(kube, found, wanted, clock.nowMs());
  if (change.differences.length === 0) {
    return { change: undefined, notices: ['the template is already as requested and was not changed'] };
  }
  // All webhooks take part in a dry run: admissionregistration.k8s.io/v1 requires that they support it.
  if (settings.dryRun !== 'client') await applyChange(kube, change, { dryRun: true });
  return { change, notices: [] };
}
