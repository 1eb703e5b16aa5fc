/** Errors of the AWS SDK, told apart: what the operator has to mend, and what may pass by itself. */
import { UserError } from '../errors.ts';

/** From the credential chain: no provider had any, or a session has ended. */
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
/** Passes by itself, although the answer is a 4xx; the names that the SDK itself takes for throttling or time. */
const PASSING = /throttl|too ?many|limitexceeded|slowdown|timeout|bandwidth|priorrequest|skewed/i;

const SIGN_IN =
  'sign in (aws sso login), or name a profile with AWS_PROFILE; aws sts get-caller-identity shows who you are';

/**
 * The error to throw for one that the SDK threw.
 *
 * @returns a UserError for missing or refused credentials, a missing region and requests that CloudWatch finds wrong;
 * anything else as it came
 */
export function awsError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (NO_CREDENTIALS.has(error.name)) {
    return new UserError(`no AWS credentials to read the alarms with: ${error.message}`, SIGN_IN, error);
  }
  if (error.message === 'Region is missing') {
    return new UserError(
      'no AWS region to look for the alarms in',
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

/** The HTTP status of an answer that the SDK made an error of. */
function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const { $metadata } = error;
  if (typeof $metadata !== 'object' || $metadata === null || !('httpStatusCode' in $metadata))
    return undefined;
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}
