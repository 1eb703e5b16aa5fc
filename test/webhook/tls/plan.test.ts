import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { validityOf } from '../../../webhook/tls/issue.ts';
import { bundleOf, type Material, planTls, type TlsPolicy } from '../../../webhook/tls/plan.ts';
import { takeStep } from '../../../webhook/tls/step.ts';

const DAY_MS = 24 * 60 * 60_000;
const START_MS = Date.UTC(2026, 0, 1);
const policy: TlsPolicy = {
  names: ['webhook.system.svc', '127.0.0.1'],
  authorityLifetimeMs: 360 * DAY_MS,
  serverLifetimeMs: 90 * DAY_MS,
  settleMs: 10 * 60_000,
};

/** Whoever trusts the bundle accepts the certificate. */
function isTrusted(server: string, bundle: string): boolean {
  const certificate = new X509Certificate(server);
  const authorities = bundle.split(/(?=-----BEGIN)/).map((pem) => new X509Certificate(pem));
  return authorities.some((authority) => certificate.verify(authority.publicKey));
}

/** Does what is due now, step by step. */
async function settle(
  material: Material | undefined,
  nowMs: number,
): Promise<{ material: Material; steps: string[]; untilMs: number }> {
  const steps: string[] = [];
  let current = material;
  for (;;) {
    const step = planTls(current, policy, nowMs);
    if (step.kind === 'keep') {
      assert.ok(current);
      return { material: current, steps, untilMs: step.untilMs };
    }
    steps.push(step.kind);
    current = await takeStep(step.kind, current, policy, nowMs);
  }
}

describe('the plan of certificates', () => {
  it('creates what is missing, for the names that are called', async () => {
    const { material, steps } = await settle(undefined, START_MS);
    assert.deepEqual(steps, ['create']);
    const certificate = new X509Certificate(material.server.cert);
    assert.ok(certificate.checkHost('webhook.system.svc'));
    assert.ok(certificate.checkIP('127.0.0.1'));
    assert.ok(isTrusted(material.server.cert, bundleOf(material)));
  });

  it('issues a new certificate when a name is added', async () => {
    const { material } = await settle(undefined, START_MS);
    const more = { ...policy, names: [...policy.names, 'more.svc'] };
    assert.equal(planTls(material, more, START_MS).kind, 'issue');
  });

  it('keeps everything valid and trusted for three years, also by those who are one step behind', async () => {
    let { material, untilMs } = await settle(undefined, START_MS);
    const seen = new Set<string>();
    let authorities = 1;
    for (let nowMs = START_MS; nowMs < START_MS + 3 * 360 * DAY_MS; nowMs = untilMs) {
      const before = material;
      const result = await settle(before, nowMs);
      // A new certificate of the same CA is always trusted, and may be due at the same time as something else.
      assert.ok(result.steps.filter((step) => step !== 'issue').length <= 1, result.steps.join());
      for (const step of result.steps) seen.add(step);
      ({ material, untilMs } = result);
      if (material.signer.cert !== before.signer.cert) authorities += 1;
      assert.ok(untilMs > nowMs);
      assert.ok(
        validityOf(material.server.cert).notAfterMs > untilMs,
        'the certificate ends before the next step',
      );
      assert.ok(
        isTrusted(material.server.cert, bundleOf(before)),
        'an API server with the old caBundle refuses',
      );
      assert.ok(
        isTrusted(before.server.cert, bundleOf(material)),
        'a replica with the old Secret is refused',
      );
    }
    assert.deepEqual([...seen].sort(), ['announce', 'forget', 'issue', 'promote']);
    assert.ok(authorities >= 4);
  });

  it('does not wait for an authority that has expired', async () => {
    const { material } = await settle(undefined, START_MS);
    const { material: renewed, steps } = await settle(material, START_MS + 400 * DAY_MS);
    assert.deepEqual(steps, ['announce', 'promote']);
    assert.ok(isTrusted(renewed.server.cert, bundleOf(renewed)));
  });

  it('holds for lifetimes of seconds as well', async () => {
    const short = { ...policy, authorityLifetimeMs: 30_000, serverLifetimeMs: 20_000, settleMs: 5_000 };
    const created = await takeStep('create', undefined, short, START_MS);
    const first = planTls(created, short, START_MS);
    assert.ok(first.kind === 'keep' && first.untilMs > START_MS + 10_000, JSON.stringify(first));
    const signerEnds = planTls(created, short, START_MS + 20_000);
    assert.equal(signerEnds.kind, 'announce');
  });
});
