import { findKubeconfig } from '../../shared/kube/connect.ts';
import type { Context } from '../cli/context.ts';
import type { Candidate, KubeconfigQuestion } from './question.ts';

/**
 * Names in the kubeconfig of the command line. No cluster is contacted.
 *
 * @param path from `--kubeconfig`
 * @throws KubeconfigError if the file cannot be read
 */
export async function kubeconfigNames(
  { of }: KubeconfigQuestion,
  path: string | undefined,
  env: Context['env'],
): Promise<Candidate[]> {
  const kubeconfig = await findKubeconfig({ kubeconfig: path }, env);
  if (!kubeconfig) return [];
  const current = of === 'contexts' ? kubeconfig.currentContext : undefined;
  return [...kubeconfig[of].keys()].map((name) => ({ name, about: name === current ? 'current' : '' }));
}
