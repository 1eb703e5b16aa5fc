/**
 * `node test/control-plane/build.ts`: makes sure that the control plane's programs are there, and prints where.
 * Progress and errors go to stderr.
 */
import { findBinaries } from './binaries.ts';

try {
  const binaries = await findBinaries(process.env, (line) => process.stderr.write(`${line}\n`));
  for (const path of Object.values(binaries)) process.stdout.write(`${path}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
