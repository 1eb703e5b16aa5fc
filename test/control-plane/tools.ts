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

/** The programs that real nodes need in addition; they come from a module of their own. */
export const NODE_TOOLS = ['kubelet', 'kube-proxy'] as const;

export type ControlPlaneTool = (typeof TOOLS)[number];
export type NodeTool = (typeof NODE_TOOLS)[number];
export type Tool = ControlPlaneTool | NodeTool;

/** Where a program comes from: a Go package of a module; go.mod pins the module's version. */
interface Source {
  module: 'go.etcd.io/etcd/server/v3' | 'k8s.io/kubernetes' | 'sigs.k8s.io/kwok';
  package: string;
}

const SOURCES: Readonly<Record<Tool, Source>> = {
  etcd: { module: 'go.etcd.io/etcd/server/v3', package: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kwok: { module: 'sigs.k8s.io/kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' },
  kubectl: kubernetes('kubectl'),
  kubelet: kubernetes('kubelet'),
  'kube-proxy': kubernetes('kube-proxy'),
};

function kubernetes(command: string): Source {
  return { module: 'k8s.io/kubernetes', package: `k8s.io/kubernetes/cmd/${command}` };
}

/** The Go package of a program. */
export function packageOf(tool: Tool): string {
  return SOURCES[tool].package;
}

/** Whether a program is Kubernetes' own, and so has its version. The others serve every version. */
export function isOfKubernetes(tool: Tool): boolean {
  return SOURCES[tool].module === 'k8s.io/kubernetes';
}

const Module = z.object({ Version: z.string() });

/**
 * Reads the version of a program that go.mod pins, as `v1.2.3`, with Go's own reader of go.mod.
 *
 * @param moduleDir the folder of go.mod
 */
export async function pinnedVersion(tool: Tool, moduleDir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run('go', ['list', '-m', '-json', SOURCES[tool].module], { cwd: moduleDir, env });
  return Module.parse(JSON.parse(stdout)).Version;
}

/**
 * Linker flags that stamp the version in. A Kubernetes program without them calls itself v0.0.0-master, with which
 * kubectl and client libraries cannot compare.
 */
export function linkerFlags(tool: Tool, version: string): string {
  const stamps = Object.entries(stampsOf(SOURCES[tool].module, version));
  return ['-s', '-w', ...stamps.map(([name, value]) => `-X ${name}=${value}`)].join(' ');
}

function stampsOf(module: Source['module'], version: string): Readonly<Record<string, string>> {
  switch (module) {
    case 'go.etcd.io/etcd/server/v3':
      return {};
    case 'sigs.k8s.io/kwok':
      return { 'sigs.k8s.io/kwok/pkg/consts.Version': version };
    case 'k8s.io/kubernetes': {
      const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version) ?? [];
      if (major === undefined || minor === undefined) throw new Error(`not a Kubernetes version: ${version}`);
      return {
        'k8s.io/component-base/version.gitVersion': version,
        'k8s.io/component-base/version.gitMajor': major,
        'k8s.io/component-base/version.gitMinor': minor,
      };
    }
  }
}
