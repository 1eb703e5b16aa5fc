import { UserError } from '../../shared/errors.ts';
import { MOST_ALARMS } from '../../shared/gates/alarms.ts';
import type { GateRequest } from '../../shared/gates/request.ts';
import { NODE_ZONES, type ZoneSource } from '../../shared/kube/zones.ts';
import { MAX_UNAVAILABLE_ANNOTATION } from '../../shared/rollout/decide/grafana.ts';
import { formatMaxUnavailable } from '../../shared/rollout/decide/max-unavailable.ts';
import { parseRolloutOptions, type RawRolloutOptions } from '../../shared/rollout/decide/options.ts';
import type { RolloutOptions } from '../../shared/rollout/decide/types.ts';
import { describeZoneOrigin } from '../../shared/rollout/decide/unknown-zone.ts';
import type { Workload } from '../../shared/rollout/decide/workload.ts';
import type { UpdateDefaults } from '../../shared/rollout/drive/defaults.ts';
import type { FlagDefault } from '../cli/command.ts';

/** The flags of settings for which a ZoneAwareUpdate may have defaults. */
export interface GivenSettings {
  /** Only values that were given, already validated. */
  options: RawRolloutOptions;
  /** Where the pods' zones come from; undefined for the workload's default. */
  zones?: ZoneSource | undefined;
  gates: GateRequest;
  /** Undefined without --ignore-alarm, in which case `gates` has false. */
  ignoreAlarm: boolean | undefined;
  dryRun: 'none' | 'client' | 'server' | undefined;
  /** Flags that were not typed, but have a default of the user. */
  defaults?: readonly FlagDefault[] | undefined;
}

/** What the workload itself says. */
export type WorkloadDefaults = Pick<Workload, 'maxUnavailable' | 'zonesBy'>;

/** The settings of a rollout and their sources. */
export interface Settings {
  options: RolloutOptions;
  gates: GateRequest;
  dryRun: 'client' | 'server' | undefined;
  sources: readonly SettingSource[];
}

export interface SettingSource {
  /** Its name in ZoneAwareUpdate's spec. */
  setting: string;
  value: string;
  /**
   * `flag`, `default`, or what sets it: `zoneawareupdate/ingester`, `annotation rollout-max-unavailable: 50`, an
   * environment variable, a file.
   */
  from: string;
}

/**
 * Flags and the environment override the ZoneAwareUpdate, which overrides the user's file, which overrides the built-in
 * defaults. Alarms add up, because each is meant to
 * stop a rollout; but if the object ignores its alarm, only alarms from flags are used.
 *
 * @throws UserError for an invalid value of the ZoneAwareUpdate, unless a flag overrides it
 */
export function resolveSettings(
  given: GivenSettings,
  defaults: UpdateDefaults | undefined,
  { maxUnavailable: annotated, zonesBy }: WorkloadDefaults = { zonesBy: NODE_ZONES },
): Settings {
  const { dryRun } = given;
  const spec = defaults?.spec;
  const userDefault = (setting: string) =>
    given.defaults?.find(({ flag }) => flag === FLAG_OF[setting as keyof typeof FLAG_OF]);
  const flags = withoutOverridden(
    given.options,
    { maxUnavailable: spec?.maxUnavailable ?? annotated?.value, exponentialFactor: spec?.exponentialFactor },
    userDefault,
  );
  const object = `zoneawareupdate/${defaults?.name}`;
  const options = parseRolloutOptions({
    ...flags,
    maxUnavailable: flags.maxUnavailable ?? spec?.maxUnavailable ?? annotated?.pods,
    exponentialFactor: flags.exponentialFactor ?? spec?.exponentialFactor,
  });
  if ('problems' in options) {
    throw badValues(
      defaults?.name ?? '',
      options.problems.map((problem) => `spec.${problem}`),
    );
  }
  const from = (flag: unknown, own: unknown, setting = '') =>
    flag !== undefined ? (userDefault(setting)?.from ?? 'flag') : own !== undefined ? object : 'default';
  const sources: SettingSource[] = [
    {
      setting: 'maxUnavailable',
      value: formatMaxUnavailable(options.maxUnavailable),
      from:
        annotated && (flags.maxUnavailable ?? spec?.maxUnavailable) === undefined
          ? `annotation ${MAX_UNAVAILABLE_ANNOTATION}: ${annotated.value}`
          : from(flags.maxUnavailable, spec?.maxUnavailable, 'maxUnavailable'),
    },
    {
      setting: 'exponentialFactor',
      value: String(options.exponentialFactor),
      from: from(flags.exponentialFactor, spec?.exponentialFactor, 'exponentialFactor'),
    },
    { setting: 'pacing', value: options.pacing, from: from(flags.pacing, undefined, 'pacing') },
    {
      setting: 'zones',
      value: `by ${describeZoneOrigin(given.zones ?? zonesBy)}`,
      from: from(given.zones, undefined),
    },
  ];
  if (options.singleZone) sources.push({ setting: 'singleZone', value: 'true', from: 'flag' });

  if (options.maxLeaving !== undefined) {
    sources.push({
      setting: 'maxLeaving',
      value: String(options.maxLeaving),
      from: from(flags.maxLeaving, undefined, 'maxLeaving'),
    });
  }

  const gates = withAlarm(given, defaults);
  for (const name of gates.alarms.names) {
    const own = given.gates.alarms.names.includes(name);
    sources.push({ setting: 'pauseRolloutAlarm', value: name, from: own ? 'flag' : object });
  }
  const ignoreFrom = from(given.ignoreAlarm, spec?.ignoreAlarm);
  if (ignoreFrom !== 'default') {
    const value = given.ignoreAlarm ?? spec?.ignoreAlarm;
    sources.push({ setting: 'ignoreAlarm', value: String(value), from: ignoreFrom });
  }
  const shown: ReadonlySet<string | undefined> = new Set(
    sources.map(({ setting }) => FLAG_OF[setting as keyof typeof FLAG_OF]),
  );
  for (const { flag, values, from: source } of given.defaults ?? []) {
    if (!shown.has(flag)) sources.push({ setting: flag, value: values.join(','), from: source });
  }
  const wanted = dryRun ?? (spec?.dryRun ? 'client' : undefined);
  if (wanted !== undefined) {
    sources.push({ setting: 'dryRun', value: wanted, from: from(dryRun, spec?.dryRun) });
  }
  return { options, gates, dryRun: wanted === 'none' ? undefined : wanted, sources };
}

/** The flags of the settings that a plan always shows. */
const FLAG_OF = {
  maxUnavailable: 'max-unavailable',
  exponentialFactor: 'exponential-factor',
  pacing: 'pacing',
  maxLeaving: 'max-leaving',
} as const;

/** The values of flags, without those of the user's file that the workload's own object overrides. */
function withoutOverridden(
  options: RawRolloutOptions,
  own: { maxUnavailable: unknown; exponentialFactor: unknown },
  userDefault: (setting: string) => FlagDefault | undefined,
): RawRolloutOptions {
  const ofFile = (setting: string) => userDefault(setting)?.kind === 'file';
  return {
    ...options,
    ...(own.maxUnavailable !== undefined && ofFile('maxUnavailable') && { maxUnavailable: undefined }),
    ...(own.exponentialFactor !== undefined &&
      ofFile('exponentialFactor') && { exponentialFactor: undefined }),
  };
}

function withAlarm({ gates, ignoreAlarm }: GivenSettings, defaults: UpdateDefaults | undefined): GateRequest {
  const { alarms } = gates;
  const alarm = defaults?.spec.pauseRolloutAlarm;
  const ignored = ignoreAlarm ?? defaults?.spec.ignoreAlarm ?? false;
  const joins = alarm !== undefined && !alarms.names.includes(alarm) && !ignored;
  const names = joins ? [...alarms.names, alarm] : alarms.names;
  if (names.length > MOST_ALARMS) {
    throw new UserError(
      `${names.length} alarms are more than CloudWatch describes in one request (${MOST_ALARMS}), with that of zoneawareupdate/${defaults?.name}`,
      'set fewer with --pause-alarm',
    );
  }
  return { ...gates, alarms: { ...alarms, names, ignore: ignoreAlarm ?? false } };
}

/** Notices at the start: which values come from an object, and that its dryRun prevents replacements. */
export function settingNotices(sources: readonly SettingSource[]): string[] {
  const own = sources.filter(({ from }) => from.startsWith('zoneawareupdate/'));
  const object = own[0]?.from;
  if (object === undefined) return [];
  const values = own.map(({ setting, value }) => `${setting} ${value}`);
  const notices = [`${object} sets ${values.join(', ')}; flags override it`];
  if (own.some(({ setting }) => setting === 'dryRun')) {
    notices.push(`nothing is replaced, because ${object} sets dryRun; --dry-run=none overrides it`);
  }
  return notices;
}

function badValues(name: string, problems: readonly string[]): UserError {
  return new UserError(
    problems.map((problem) => `zoneawareupdate/${name}: ${problem}`).join('\n'),
    `correct it: kubectl edit zoneawareupdate ${name}; or set the flag, which overrides it`,
  );
}
