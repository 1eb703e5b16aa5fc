import * as z from 'zod/mini';
import type { Kube } from '../../../shared/kube/kube.ts';
import { resourcePath } from '../../../shared/kube/paths.ts';
import { INGRESSES, NAME } from './workload.ts';

const Ingress = z.object({
  status: z.object({
    loadBalancer: z.object({
      ingress: z.array(z.object({ ports: z.array(z.object({ port: z.number() })) })),
    }),
  }),
});

/** The port of this machine at which the Ingress's load balancer listens, as its status tells. */
export async function balancerPort(kube: Kube): Promise<number> {
  const ingress = await kube.request({ method: 'GET', path: resourcePath({ ...INGRESSES, name: NAME }) });
  const port = Ingress.parse(ingress).status.loadBalancer.ingress[0]?.ports[0]?.port;
  if (port === undefined) throw new TypeError('the Ingress has a load balancer without a port');
  return port;
}
