import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { FailureBudget } from '../../shared/rollout/failures.ts';
import type { Workload } from '../../shared/rollout/workload.ts';
import type { Target } from '../commands/target.ts';
import { connectionNews } from '../connection-news.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import { writeLine } from '../output.ts';
import type { ProbeRequest } from '../probe/options.ts';
import { fetchDefaults } from './defaults.ts';
import { dryRun } from './dry-run.ts';
import { fetchWorkload } from './fetch-workload.ts';
import { leaseName } from './lock.ts';
import type { FetchedWorkload, OpenedWorkload, WatchListeners } from './port.ts';
import { checkAccess } from './preflight.ts';
import { rollOut } from './roll-out.ts';
import { type GivenSettings, resolveSettings, type Settings, settingNotices } from './settings.ts';
import { applyChange, type PlannedChange, planChange, type TemplateChange } from './template.ts';
import { startTimeLimit, unlessAborted } from './time-limit.ts';

/** `kubectl zone rollout` as its flags say. */
export interface RolloutFlags extends GivenSettings {
  target: Target;
  /** To be made before the rollout. */
  change: TemplateChange | undefined;
  connection: ConnectOptions;
  timeoutMs: number | undefined;
  output: 'plain' | 'json' | undefined;
  disableEviction: boolean;
  /** The operator knows of the pods that were killed so far. */
  acceptKilled: boolean;
  restoreStrategy: boolean;
  /** Managers of a Deployment's fields that are known to leave them alone during the rollout. */
  allowedManagers: readonly string[];
  failureBudget: FailureBudget | undefined;
  /** Undefined: nothing is probed. A dry run does not probe. */
  probe?: ProbeRequest | undefined;
  yes: boolean;
  /** The command line to repeat to go on with the rollout. */
  commandLine: string;
  /** The same once the change is made. */
  commandLineAfterChange: string;
}

/** A rollout with all its settings, whoever chose them. */
export interface RolloutRequest extends Omit<RolloutFlags, keyof GivenSettings | 'change'>, Settings {
  /** Undefined also when the template is like that already. */
  change: PlannedChange | undefined;
  /** What the operator should know before. */
  notices: readonly string[];
}

/** A workload that is watched. */
export interface Watched extends OpenedWorkload {
  kube: Kube;
  /** As it was when the command began. */
  found: Workload;
  /** Called whenever a watch is lost or mended; set by who wants to know. */
  listeners: WatchListeners;
}

/** Rolls a workload out, or says what that would do. Everything that can be refused is, before anything is touched. */
export async function runRollout(flags: RolloutFlags, context: Context): Promise<ExitCode> {
  const limit = startTimeLimit(flags.timeoutMs, context.clock, flags.commandLine);
  try {
    const kube = await unlessAborted(limit.signal, context.connect(flags.connection));
    try {
      return await runConnected(kube, flags, context, limit.signal);
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
): Promise<ExitCode> {
  const { fetched, settings, notice } = await unlessAborted(limit, lookAround(kube, flags));
  const watched = await watch(kube, fetched, context, limit);
  try {
    // The workload's own minReadySeconds holds, and --min-ready may ask for more.
    const minReadyMs = Math.max(settings.options.minReadyMs, watched.found.minReadySeconds * 1000);
    const planned = workOut(flags.change, watched, settings, context);
    const { change, notices } = await unlessAborted(limit, planned);
    const request: RolloutRequest = {
      ...flags,
      ...settings,
      options: { ...settings.options, minReadyMs },
      change,
      notices: [...(notice === undefined ? [] : [notice]), ...settingNotices(settings.sources), ...notices],
    };
    return settings.dryRun
      ? await unlessAborted(limit, dryRun(request, watched, context))
      : await rollOut(request, watched, context, limit);
  } finally {
    await watched.watches.stop();
  }
}

/** What is to be known before anything is watched. */
async function lookAround(
  kube: Kube,
  flags: RolloutFlags,
): Promise<{ fetched: FetchedWorkload; settings: Settings; notice: string | undefined }> {
  const fetched = await fetchWorkload(kube, flags.target);
  const { workload } = fetched;
  const { namespace, name } = workload.metadata;
  const { defaults, notice } = await fetchDefaults(kube, workload);
  const settings = resolveSettings(flags, defaults);
  await checkAccess(kube, {
    namespace,
    workload,
    lease: leaseName(workload.kind, name),
    disableEviction: flags.disableEviction,
    patches: fetched.patches || flags.change !== undefined,
    acts: settings.dryRun !== 'client',
  });
  return { fetched, settings, notice };
}

async function watch(
  kube: Kube,
  fetched: FetchedWorkload,
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
  const opened = await fetched.open(context, {
    onConnection: (state) => listeners.onConnection(state),
    onProblem: (error) => listeners.onProblem(error),
    signal: limit,
  });
  return { ...opened, kube, found: opened.watches.workload ?? fetched.workload, listeners };
}

/**
 * Works the change of the template out, and asks the API server whether it would take it, while nothing is touched yet.
 * A change that changes nothing is none.
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
    return { change: undefined, notices: ['the template is like that already; nothing is changed about it'] };
  }
  // Every webhook takes part in a dry run: admissionregistration.k8s.io/v1 has none that must not.
  if (settings.dryRun !== 'client') await applyChange(kube, found, change, { dryRun: true });
  return { change, notices: [] };
}
