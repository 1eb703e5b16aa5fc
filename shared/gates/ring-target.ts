import { parsePrometheusTarget } from './prometheus-target.ts';

/** Where the page of a hash ring is. */
export type RingTarget =
  /** On the workload's own pods. */
  | {
      kind: 'pods';
      /** Whether it is served over TLS; the API server does not verify the certificate of a pod. */
      tls: boolean;
      path: string;
      /** A number or the name of a container's port; undefined for the port that `servingPort` finds. */
      port: string | undefined;
    }
  /** On whatever stands behind a Service, such as the distributors. */
  | {
      kind: 'service';
      namespace: string;
      /** As the API server's proxy has it: `NAME:PORT`, or `https:NAME:PORT`. */
      service: string;
      path: string;
    };

/** What `--ring` takes, for help and complaints. */
export const RING_FORMS = '[https:]PATH[:PORT] or svc:NAMESPACE/[https:]NAME:PORT/PATH';

const PODS = /^(?<tls>https:)?(?<path>\/[^\s:?#]*)(?::(?<port>[a-z0-9-]+))?$/;

/**
 * Reads the place of a ring page: `/ring`, `/ingester/ring:8080` or `https:/ring:http-metrics` on the workload's own
 * pods, or `svc:NAMESPACE/NAME:PORT/PATH` on a Service, as `--prometheus-url` has it. Both are reached through the API
 * server with the operator's own rights: `get` on `pods/proxy` or `services/proxy`.
 *
 * @returns undefined for anything else
 */
export function parseRingTarget(text: string): RingTarget | undefined {
  const { tls, path, port } = PODS.exec(text)?.groups ?? {};
  if (path !== undefined) return { kind: 'pods', tls: tls !== undefined, path, port };
  const target = parsePrometheusTarget(text);
  return target?.kind === 'service' && target.path !== '' ? target : undefined;
}
