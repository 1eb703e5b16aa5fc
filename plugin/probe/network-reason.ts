/** OpenSSL's verdicts on a chain that ends nowhere we know, as Node names them. */
const UNKNOWN_AUTHORITY: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Why there was no answer, in the words of the network. For a name with several addresses Node's own error has no
 * words: the first address speaks for all.
 */
export function networkReason(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error)
    return networkReason(error.errors[0]);
  if (!('code' in error) || !UNKNOWN_AUTHORITY.has(error.code)) return error.message;
  // Newer versions of Node add an advice that is about its own command line.
  const [verdict] = error.message.split(';');
  return `${verdict}; if its authority can be trusted, name the file with its certificate in NODE_EXTRA_CA_CERTS`;
}
