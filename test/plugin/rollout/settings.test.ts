import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type GivenSettings, resolveSettings, settingNotices } from '../../../plugin/rollout/settings.ts';
import { UserError } from '../../../shared/errors.ts';
import { NO_GATES } from '../../../shared/gates/request.ts';
import type { UpdateDefaults } from '../../../shared/rollout/drive/defaults.ts';

const OBJECT = 'zoneawareupdate/store';

function flags(given: Partial<GivenSettings> = {}): GivenSettings {
  return { options: {}, gates: NO_GATES, ignoreAlarm: undefined, dryRun: undefined, ...given };
}

function withAlarms(names: string[], ignore = false): GivenSettings['gates'] {
  return { ...NO_GATES, alarms: { ...NO_GATES.alarms, names, ignore } };
}

function update(spec: Partial<UpdateDefaults['spec']>): UpdateDefaults {
  const none = { maxUnavailable: undefined, exponentialFactor: undefined, pauseRolloutAlarm: undefined };
  return { name: 'store', spec: { ...none, ignoreAlarm: undefined, dryRun: undefined, ...spec } };
}

function rowsOf(given: GivenSettings, defaults?: UpdateDefaults): string[][] {
  return resolveSettings(given, defaults).sources.map(({ setting, value, from }) => [setting, value, from]);
}

describe('settings of a rollout', () => {
  it('has the defaults that are built in', () => {
    const { options, dryRun, gates } = resolveSettings(flags(), undefined);
    assert.deepEqual(options.maxUnavailable, { kind: 'percent', percent: 25 });
    assert.deepEqual([options.exponentialFactor, options.pacing, dryRun], [2, 'wave', undefined]);
    assert.deepEqual(gates, NO_GATES);
    assert.deepEqual(rowsOf(flags()), [
      ['maxUnavailable', '25%', 'default'],
      ['exponentialFactor', '2', 'default'],
      ['pacing', 'wave', 'default'],
      ['zones', 'by node label topology.kubernetes.io/zone', 'default'],
    ]);
    assert.deepEqual(settingNotices(resolveSettings(flags(), undefined).sources), []);
  });

  it('takes flags before a ZoneAwareUpdate, and that before what is built in', () => {
    const defaults = update({ maxUnavailable: 4, exponentialFactor: '3.0' });
    const given = flags({ options: { maxUnavailable: '50%', soakMs: 7 } });
    const { options } = resolveSettings(given, defaults);
    assert.deepEqual(options.maxUnavailable, { kind: 'percent', percent: 50 });
    assert.deepEqual([options.exponentialFactor, options.soakMs], [3, 7]);
    assert.deepEqual(rowsOf(given, defaults), [
      ['maxUnavailable', '50%', 'flag'],
      ['exponentialFactor', '3', OBJECT],
      ['pacing', 'wave', 'default'],
      ['zones', 'by node label topology.kubernetes.io/zone', 'default'],
    ]);
  });

  it('says of a default of the user where it comes from', () => {
    const soak = { flag: 'soak', values: ['5m'], kind: 'file', from: '/home/ann/.kube/zonerc' } as const;
    const most = { flag: 'max-unavailable', values: ['2'], kind: 'environment', from: 'VARIABLE' } as const;
    const given = flags({ options: { maxUnavailable: '2', soakMs: 300_000 }, defaults: [soak, most] });
    // The environment overrides the object, like a flag; a file does not.
    const object = update({ maxUnavailable: 4 });
    for (const rows of [rowsOf(given), rowsOf(given, object)]) {
      assert.deepEqual(rows[0], ['maxUnavailable', '2', 'VARIABLE']);
      assert.deepEqual(rows.at(-1), ['soak', '5m', '/home/ann/.kube/zonerc']);
    }
    const ofFile = flags({
      options: { maxUnavailable: '2' },
      defaults: [{ ...most, kind: 'file', from: 'f' }],
    });
    assert.deepEqual(rowsOf(ofFile)[0], ['maxUnavailable', '2', 'f']);
    assert.deepEqual(rowsOf(ofFile, object)[0], ['maxUnavailable', '4', OBJECT]);
  });

  it('tells where zones come from, and that one zone is intended', () => {
    const rows = rowsOf(flags({ zones: { kind: 'pod-label', key: 'zone' }, options: { singleZone: true } }));
    assert.deepEqual(rows.slice(3), [
      ['zones', 'by pod label zone', 'flag'],
      ['singleZone', 'true', 'flag'],
    ]);
  });

  /** Alarms of flags, --ignore-alarm, the object's two fields; the alarms asked, and whether all are ignored. */
  const ALARMS: readonly (readonly [
    string[],
    boolean | undefined,
    string | undefined,
    boolean | undefined,
    string[],
    boolean,
  ])[] = [
    [[], undefined, 'own', undefined, ['own'], false],
    [['flag'], undefined, 'own', undefined, ['flag', 'own'], false],
    [['own'], undefined, 'own', undefined, ['own'], false],
    [[], undefined, 'own', true, [], false],
    [['flag'], undefined, 'own', true, ['flag'], false],
    [['flag'], true, 'own', undefined, ['flag'], true],
    [[], false, 'own', true, ['own'], false],
  ];
  for (const [names, ignoreAlarm, pauseRolloutAlarm, own, asked, ignored] of ALARMS) {
    it(`asks ${asked.join(' and ') || 'no alarm'} for ${JSON.stringify([names, ignoreAlarm, pauseRolloutAlarm, own])}`, () => {
      const given = flags({ gates: withAlarms(names, ignoreAlarm), ignoreAlarm });
      const { gates } = resolveSettings(given, update({ pauseRolloutAlarm, ignoreAlarm: own }));
      assert.deepEqual([gates.alarms.names, gates.alarms.ignore], [asked, ignored]);
    });
  }

  it('says of each alarm who named it', () => {
    const rows = rowsOf(flags({ gates: withAlarms(['a']) }), update({ pauseRolloutAlarm: 'b' }));
    assert.deepEqual(rows.slice(4), [
      ['pauseRolloutAlarm', 'a', 'flag'],
      ['pauseRolloutAlarm', 'b', OBJECT],
    ]);
  });

  it('refuses one alarm more than CloudWatch tells at once', () => {
    const names = Array.from({ length: 100 }, (_, index) => `alarm-${index}`);
    const given = flags({ gates: withAlarms(names) });
    assert.throws(
      () => resolveSettings(given, update({ pauseRolloutAlarm: 'own' })),
      /101 alarms are more than/,
    );
  });

  it('pretends where the object says dryRun, unless the flag says otherwise', () => {
    const defaults = update({ dryRun: true });
    const dryRunOf = (dryRun: GivenSettings['dryRun']) => resolveSettings(flags({ dryRun }), defaults).dryRun;
    assert.deepEqual(
      [dryRunOf(undefined), dryRunOf('none'), dryRunOf('server')],
      ['client', undefined, 'server'],
    );
    assert.deepEqual(rowsOf(flags(), defaults).at(-1), ['dryRun', 'client', OBJECT]);
    assert.deepEqual(rowsOf(flags({ dryRun: 'none' }), defaults).at(-1), ['dryRun', 'none', 'flag']);
    const { sources } = resolveSettings(flags(), defaults);
    assert.match(
      settingNotices(sources)[1] ?? '',
      /^nothing is replaced, because zoneawareupdate\/store sets dryRun/,
    );
    assert.equal(resolveSettings(flags(), update({ dryRun: false })).dryRun, undefined);
  });

  it('names the object and the field of a value that no rollout can have', () => {
    assert.throws(
      () => resolveSettings(flags(), update({ maxUnavailable: '0%', exponentialFactor: '0.5' })),
      (error) =>
        error instanceof UserError &&
        /^zoneawareupdate\/store: spec\.maxUnavailable: 0 would/.test(error.message) &&
        /\nzoneawareupdate\/store: spec\.exponentialFactor: 0\.5 would/.test(error.message),
    );
  });

  it('lets pods that flush leave one at a time, unless told otherwise', () => {
    const of = (options: GivenSettings['options']) => resolveSettings(flags({ options }), undefined);
    assert.equal(of({}).options.maxLeaving, undefined);
    assert.equal(of({ flush: true }).options.maxLeaving, 1);
    assert.deepEqual(rowsOf(flags({ options: { flush: true } })).at(-1), ['maxLeaving', '1', 'default']);
    assert.deepEqual(rowsOf(flags({ options: { flush: true, maxLeaving: '3' } })).at(-1), [
      'maxLeaving',
      '3',
      'flag',
    ]);
  });

  it('does not look at a bad value that a flag replaces', () => {
    const given = flags({ options: { maxUnavailable: '1' } });
    assert.equal(rowsOf(given, update({ maxUnavailable: 0 }))[0]?.[2], 'flag');
  });
});
