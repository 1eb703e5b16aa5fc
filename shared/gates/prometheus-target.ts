/** The address of Prometheus. */
export type PrometheusTarget =
  | { kind: 'url'; url: URL }
  /** A Service in the cluster, reached through the API server's proxy. */
  | {
      kind: 'service';
      namespace: string;
      /** In the proxy's format: `NAME:PORT`, or `https:NAME:PORT`. */
      service: string;
      /** Path prefix of the API, without a trailing slash. */
      path: string;
    };

const SERVICE =
  /^svc:(?<namespace>[a-z0-9-]+)\/(?<service>(?:https:|http:)?[a-z0-9-]+:[a-z0-9-]+)(?<path>\/.*)?$/;

/** Formats of `--prometheus-url`, for help and errors. */
export const TARGET_FORMS = 'http://HOST:PORT[/PATH] or svc:NAMESPACE/[https:]NAME:PORT[/PATH]';

/**
 * Parses the address of Prometheus: a URL, or `svc:NAMESPACE/NAME:PORT[/PATH]` for a Service reached through the API
 * server with the operator's own permissions (`get` on `services/proxy`). `svc:NAMESPACE/https:NAME:PORT` is the
 * proxy's syntax for a Service with TLS. PORT is a number or the port's name.
 *
 * @returns undefined for anything else
 */
export function parsePrometheusTarget(text: string): PrometheusTarget | undefined {
  const { namespace, service, path = '' } = SERVICE.exec(text)?.groups ?? {};
  if (namespace !== undefined && service !== undefined) {
    return { kind: 'service', namespace, service, path: path.replace(/(?<!\/)\/+$/, '') };
  }
  const url = parseHttpUrl(text);
  return url && { kind: 'url', url };
}

/** An http or https URL, or undefined. */
export function parseHttpUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  return url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== ''
    ? url
    : undefined;
}
