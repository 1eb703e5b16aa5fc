import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServerFacts } from '../../../plugin/install/version/facts.ts';
import { findProblems } from '../../../plugin/install/version/fit.ts';
import { compareVersions } from '../../../plugin/install/version/order.ts';
import { serverLines } from '../../../plugin/install/version/show.ts';

const CLIENT = '0.2.1';

function facts(over: Partial<ServerFacts> = {}): ServerFacts {
  return {
    kubernetes: { text: 'v1.33.0', minor: 33 },
    definitions: [definition({})],
    deployment: { kind: 'seen', value: { version: CLIENT, image: 'x:1', replicas: 2, available: 2 } },
    pods: { kind: 'seen', value: { [CLIENT]: 2 } },
    configuration: { kind: 'seen', value: 'guards' },
    trial: { kind: 'answered', version: CLIENT },
    ...over,
  };
}

function definition(over: { version?: string | undefined; missingFields?: readonly string[] }) {
  const plural = 'zonedisruptionbudgets';
  return {
    plural,
    seen: { kind: 'seen' as const, value: { version: CLIENT, missingFields: [], ...over, plural } },
  };
}

const UNKNOWN = { kind: 'unknown', reason: 'forbidden' } as const;
const ABSENT = { kind: 'absent' } as const;

describe('version compatibility', () => {
  it('compares up to the minor version', () => {
    assert.equal(compareVersions('0.2.0', '0.2.9-rc.1'), 'same');
    assert.equal(compareVersions('0.9.0', '0.10.0'), 'older');
    assert.equal(compareVersions('v1.0.0', '0.10.0'), 'newer');
  });

  it('reports no problem for equal or unknown versions', () => {
    assert.deepEqual(findProblems(CLIENT, facts()), []);
    const blind = facts({
      definitions: [{ plural: 'zonedisruptionbudgets', seen: UNKNOWN }],
      deployment: UNKNOWN,
      pods: UNKNOWN,
      configuration: UNKNOWN,
      trial: { kind: 'unknown', message: 'pods/eviction is forbidden' },
    });
    assert.deepEqual(findProblems(CLIENT, blind), []);
    assert.equal(serverLines(blind, []).at(-1), 'The versions that could be read are compatible.');
  });

  const cases: [string, Partial<ServerFacts>, RegExp, RegExp][] = [
    [
      'an older webhook',
      { trial: { kind: 'answered', version: '0.1.0' } },
      /webhook is older than this plugin: 0\.1\.0/,
      /zone install/,
    ],
    [
      'a newer webhook',
      { trial: { kind: 'answered', version: '0.3.0' } },
      /webhook is newer/,
      /krew upgrade/,
    ],
    [
      'an older webhook, if trial evictions are not permitted',
      {
        trial: { kind: 'unknown', message: 'forbidden' },
        deployment: { kind: 'seen', value: { version: '0.1.0', image: 'x', replicas: 2, available: 2 } },
      },
      /webhook is older/,
      /zone install/,
    ],
    [
      'pods of two versions',
      { pods: { kind: 'seen', value: { '0.1.0': 1, [CLIENT]: 1 } } },
      /different versions/,
      /rollout status/,
    ],
    [
      'no webhook',
      { trial: { kind: 'unguarded' }, configuration: ABSENT, deployment: ABSENT },
      /no webhook enforces.*not installed/,
      /^kubectl zone install --image REGISTRY/,
    ],
    [
      'a webhook without a configuration',
      { trial: { kind: 'unguarded' }, configuration: ABSENT },
      /no webhook enforces.*does not call it/,
      /^kubectl zone install --image x:1$/,
    ],
    [
      'an incomplete installation',
      { configuration: { kind: 'seen', value: 'trials' } },
      /installation is not complete/,
      /^kubectl zone install --image x:1$/,
    ],
    [
      'a webhook that does not answer',
      { trial: { kind: 'failed', message: 'failed calling webhook' } },
      /evictions are refused: failed calling/,
      /get pods/,
    ],
    [
      'an excluded namespace',
      { trial: { kind: 'unguarded' } },
      /does not call the webhook for this namespace/,
      /namespaceSelector/,
    ],
    [
      'no CRD',
      { definitions: [{ plural: 'zonedisruptionbudgets', seen: ABSENT }] },
      /CRD of zonedisruptionbudgets is not installed/,
      /zone install/,
    ],
    [
      'the CRD of AWS’s controllers',
      { definitions: [definition({ version: undefined, missingFields: ['spec.topologyKey'] })] },
      /from AWS's controllers or an older version: it has no spec\.topologyKey/,
      /zone install/,
    ],
    [
      'a newer CRD',
      { definitions: [definition({ version: '0.3.0' })] },
      /CRD of zonedisruptionbudgets is newer/,
      /krew upgrade/,
    ],
    [
      'an old server',
      { kubernetes: { text: 'v1.29.0', minor: 29 } },
      /v1\.29\.0 is too old/,
      /upgrade the cluster/,
    ],
  ];
  for (const [what, over, message, fix] of cases) {
    it(`reports ${what}`, () => {
      const problems = findProblems(CLIENT, facts(over));
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0]?.message ?? '', message);
      assert.match(problems[0]?.fix ?? '', fix);
    });
  }

  it('accepts an older CRD that has all fields', () => {
    assert.deepEqual(findProblems(CLIENT, facts({ definitions: [definition({ version: '0.1.0' })] })), []);
  });
});
