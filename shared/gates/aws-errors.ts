/** Classifies errors of the AWS SDK: those the operator must fix, and those that may be temporary. */
import { UserError } from '../errors.ts';

/** From the credential chain: no provider had credentials, or a session has expired. */
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
/** Temporary, although the response is a 4xx; names that the SDK itself treats as throttling or clock skew. */
const PASSING = /throttl|too ?many|limitexceeded|slowdown|timeout|bandwidth|priorrequest|skewed/i;

const SIGN_IN =
  'sign in (aws sso login), or name a profile with AWS_PROFILE; aws sts get-caller-identity shows who you are';

/**
 * Converts an error thrown by the SDK.
 *
 * @returns a UserError for missing or refused credentials, a missing region and invalid requests; any other
 * error unchanged
 */
export function awsError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (NO_CREDENTIALS.has(error.name)) {
    return new UserError(`no AWS credentials to read the alarms with: ${error.message}`, SIGN_IN, error);
  }
  if (error.message === 'Region is missing') {
    return new UserError(
      'no AWS region is set for the alarms',
      'add --alarm-region, or set AWS_REGION',
      error,
    );
  }
  const status = statusOf(error);
  if (status === undefined || status < 400 || status >= 500 || status === 408 || status === 429) return error;
  if (PASSING.test(error.name)) return error;
  const refused = `CloudWatch refuses to describe the alarms: ${error.name}: ${error.message}`;
  return new UserError(refused, fixFor(error.name, status), error);
}

function fixFor(name: string, status: number): string {
  if (/accessdenied|notauthorized/i.test(name) || status === 403) {
    return 'the identity in use needs cloudwatch:DescribeAlarms on all resources (*), which composite alarms require';
  }
  if (/token|signature|credential|accesskey|client/i.test(name) || status === 401) return SIGN_IN;
  return 'check --pause-alarm, --alarm-region and --alarm-endpoint';
}

/** The HTTP status of the response behind an SDK error. */
function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const { $metadata } = error;
  if (typeof $metadata !== 'object' || $metadata === null || !('httpStatusCode' in $metadata))
    return undefined;
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}
