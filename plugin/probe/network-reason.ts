/** OpenSSL's errors for a chain without a trusted root, as Node names them. */
const UNKNOWN_AUTHORITY: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Why there was no response, as the network reports it. For a name with several addresses Node's own error has no
 * message, so the first address's error is used.
 */
export function networkReason(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error)
    return networkReason(error.errors[0]);
  if (!('code' in error) || !UNKNOWN_AUTHORITY.has(error.code)) return error.message;
  // Newer versions of Node append advice about Node's own command line.
  const [verdict] = error.message.split(';');
  return `${verdict}; if its authority can be trusted, name the file with its certificate in NODE_EXTRA_CA_CERTS`;
}
