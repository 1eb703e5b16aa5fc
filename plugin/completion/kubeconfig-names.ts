import { findKubeconfig } from '../../shared/kube/connect.ts';
import type { Context } from '../cli/context.ts';
import type { KubeconfigQuestion, Named } from './question.ts';

/**
 * Names in the kubeconfig that the command line means. No cluster is asked.
 *
 * @param path what `--kubeconfig` says
 * @throws KubeconfigError for a file that cannot be read
 */
export async function kubeconfigNames(
  { of }: KubeconfigQuestion,
  path: string | undefined,
  env: Context['env'],
): Promise<Named[]> {
  const kubeconfig = await findKubeconfig({ kubeconfig: path }, env);
  if (!kubeconfig) return [];
  const current = of === 'contexts' ? kubeconfig.currentContext : undefined;
  return [...kubeconfig[of].keys()].map((name) => ({ name, about: name === current ? 'current' : '' }));
}
