import { parsePrometheusTarget } from './prometheus-target.ts';

/** The address of a hash ring's page. */
export type RingTarget =
  /** On the workload's own pods. */
  | {
      kind: 'pods';
      /** Whether it uses TLS; the API server does not verify a pod's certificate. */
      tls: boolean;
      path: string;
      /** A number or the name of a container's port; undefined for the default of `servingPort`. */
      port: string | undefined;
    }
  /** Behind a Service, such as the distributors'. */
  | {
      kind: 'service';
      namespace: string;
      /** In the format of the API server's proxy: `NAME:PORT`, or `https:NAME:PORT`. */
      service: string;
      path: string;
    };

/** Formats of `--ring`, for help and errors. */
export const RING_FORMS = '[https:]PATH[:PORT] or svc:NAMESPACE/[https:]NAME:PORT/PATH';

const PODS = /^(?<tls>https:)?(?<path>\/[^\s:?#]*)(?::(?<port>[a-z0-9-]+))?$/;

/**
 * Parses the address of a ring page: `/ring`, `/ingester/ring:8080` or `https:/ring:http-metrics` on the workload's own
 * pods, or `svc:NAMESPACE/NAME:PORT/PATH` on a Service, as in `--prometheus-url`. Both are reached through the API
 * server with the operator's own permissions: `get` on `pods/proxy` or `services/proxy`.
 *
 * @returns undefined for anything else
 */
export function parseRingTarget(text: string): RingTarget | undefined {
  const { tls, path, port } = PODS.exec(text)?.groups ?? {};
  if (path !== undefined) return { kind: 'pods', tls: tls !== undefined, path, port };
  const target = parsePrometheusTarget(text);
  return target?.kind === 'service' && target.path !== '' ? target : undefined;
}
