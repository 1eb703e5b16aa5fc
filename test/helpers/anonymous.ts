import type { Credential } from '../../shared/kube/endpoint.ts';

/** No credential. */
export const ANONYMOUS: Credential = { authorization: undefined, cert: undefined, key: undefined };
