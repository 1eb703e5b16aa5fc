import { randomBytes } from 'node:crypto';
import { issueAuthority, issueServer } from './issue.ts';
import type { Material, TlsPolicy, TlsStep } from './plan.ts';

/** Takes one step of the plan; the caller must store the result. */
export async function takeStep(
  step: Exclude<TlsStep['kind'], 'keep'>,
  material: Material | undefined,
  policy: TlsPolicy,
  nowMs: number,
): Promise<Material> {
  const { names, authorityLifetimeMs, serverLifetimeMs } = policy;
  const authority = () => issueAuthority(nowMs, authorityLifetimeMs);
  const server = (signer: Material['signer']) => issueServer(signer, names, nowMs, serverLifetimeMs);
  if (step === 'create' || !material) {
    const signer = await authority();
    return { signer, server: await server(signer), next: undefined, previous: undefined, token: newToken() };
  }
  switch (step) {
    case 'name':
      return { ...material, token: newToken() };
    case 'announce':
      return { ...material, next: await authority() };
    case 'promote': {
      const signer = material.next ?? material.signer;
      return {
        ...material,
        signer,
        server: await server(signer),
        next: undefined,
        previous: material.signer.cert,
      };
    }
    case 'issue':
      return { ...material, server: await server(material.signer) };
    case 'forget':
      return { ...material, previous: undefined };
  }
}

/** Hexadecimal digits: the API server accepts only names as path segments. */
function newToken(): string {
  return randomBytes(24).toString('hex');
}
