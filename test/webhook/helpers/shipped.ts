import { join } from 'node:path';
import { at, objectIn } from '../../manifests/read.ts';
import type { InstallOptions } from './installation.ts';

/**
 * The webhook as it is shipped: the bundle that `npm run build` makes, with the flags of the Deployment, and no file
 * that may be written. Node's permission model stands in for readOnlyRootFilesystem: whatever would write fails.
 */
export async function shippedProgram(): Promise<InstallOptions> {
  const deployment = await objectIn('webhook/deployment.yaml', 'Deployment');
  const args = at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'args');
  if (!Array.isArray(args)) throw new Error('the Deployment passes no args');
  // Older versions of Node have no permission for the network, and need none.
  const network = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : [];
  return {
    entry: join(import.meta.dirname, '..', '..', '..', 'dist', 'webhook', 'index.js'),
    flags: args.map(String),
    nodeFlags: ['--permission', '--allow-fs-read=*', ...network],
  };
}
