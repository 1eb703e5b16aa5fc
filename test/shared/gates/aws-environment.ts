/** Variables that lead the SDK's own chain to these credentials, and to nothing of the machine it runs on. */
const FIXED: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_REGION: 'eu-west-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/**
 * Sets this process's AWS variables, and only these: the SDK reads them itself, so that a test which shall see its
 * chain at work cannot hand them over.
 *
 * @param changes undefined takes a variable away
 * @returns puts everything back
 */
export function awsEnvironment(changes: Readonly<Record<string, string | undefined>> = {}): () => void {
  const before = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'));
  const clear = () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  };
  clear();
  for (const [name, value] of Object.entries({ ...FIXED, ...changes })) {
    if (value !== undefined) process.env[name] = value;
  }
  return () => {
    clear();
    Object.assign(process.env, Object.fromEntries(before));
  };
}
