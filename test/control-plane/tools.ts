import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod/mini';

const run = promisify(execFile);

/** The programs that a test cluster consists of, and the kubectl of the same version. */
export const TOOLS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'kubectl',
] as const;

export type Tool = (typeof TOOLS)[number];

/** The Go package that each program is built from; go.mod pins the versions. */
const PACKAGES: Readonly<Record<Tool, string>> = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kwok: 'sigs.k8s.io/kwok/cmd/kwok',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
};

/** The Go package of a program. */
export function packageOf(tool: Tool): string {
  return PACKAGES[tool];
}

/** Versions that go.mod pins, as `v1.2.3`. */
export interface Versions {
  kubernetes: string;
  kwok: string;
}

const Module = z.object({ Path: z.string(), Version: z.string() });

/**
 * Reads the pinned versions with Go's own reader of go.mod.
 *
 * @param moduleDir the folder of go.mod
 */
export async function pinnedVersions(moduleDir: string, env: NodeJS.ProcessEnv): Promise<Versions> {
  return {
    kubernetes: await pinned('k8s.io/kubernetes', moduleDir, env),
    kwok: await pinned('sigs.k8s.io/kwok', moduleDir, env),
  };
}

async function pinned(path: string, moduleDir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run('go', ['list', '-m', '-json', path], { cwd: moduleDir, env });
  return Module.parse(JSON.parse(stdout)).Version;
}

/**
 * Linker flags that stamp the versions in. A Kubernetes binary without them calls itself v0.0.0-master, with which
 * kubectl and client libraries cannot compare.
 */
export function linkerFlags({ kubernetes, kwok }: Versions): string {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(kubernetes) ?? [];
  if (major === undefined || minor === undefined) throw new Error(`not a Kubernetes version: ${kubernetes}`);
  const stamps = {
    'k8s.io/component-base/version.gitVersion': kubernetes,
    'k8s.io/component-base/version.gitMajor': major,
    'k8s.io/component-base/version.gitMinor': minor,
    'sigs.k8s.io/kwok/pkg/consts.Version': kwok,
  };
  return ['-s', '-w', ...Object.entries(stamps).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
}
