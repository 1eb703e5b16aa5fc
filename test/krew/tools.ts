import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Absolute paths of krew's programs. */
export interface KrewTools {
  krew: string;
  /** `validate-krew-manifest`, which krew-index runs for every manifest. */
  validator: string;
}

/**
 * Has Go build krew's programs in the versions that go.mod pins. Go keeps them in its build cache, so that only the
 * first call takes long, about half a minute.
 *
 * @throws Error with Go's own words when there is no Go or a build fails
 */
export async function krewTools(): Promise<KrewTools> {
  return { krew: await built('krew'), validator: await built('validate-krew-manifest') };
}

async function built(tool: string): Promise<string> {
  try {
    // -n prints where the cached program lies instead of running it.
    const { stdout } = await promisify(execFile)('go', ['tool', '-n', tool], {
      cwd: import.meta.dirname,
      env: { ...process.env, CGO_ENABLED: '0' },
    });
    return stdout.trim();
  } catch (cause) {
    throw new Error(`${tool} cannot be built; it takes Go 1.26 or newer (https://go.dev/dl)`, { cause });
  }
}
