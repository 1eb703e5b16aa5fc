/** Where Prometheus is. */
export type PrometheusTarget =
  | { kind: 'url'; url: URL }
  /** A Service of the cluster, reached through the API server's proxy. */
  | {
      kind: 'service';
      namespace: string;
      /** As the proxy has it: `NAME:PORT`, or `https:NAME:PORT`. */
      service: string;
      /** Path prefix below which the API is, without a slash at its end. */
      path: string;
    };

const SERVICE =
  /^svc:(?<namespace>[a-z0-9-]+)\/(?<service>(?:https:|http:)?[a-z0-9-]+:[a-z0-9-]+)(?<path>\/.*)?$/;

/** What `--prometheus-url` takes, for help and complaints. */
export const TARGET_FORMS = 'http://HOST:PORT[/PATH] or svc:NAMESPACE/[https:]NAME:PORT[/PATH]';

/**
 * Reads the address of a Prometheus: a URL, or `svc:NAMESPACE/NAME:PORT[/PATH]` for a Service that is reached through
 * the API server with the operator's own rights (`get` on `services/proxy`). `svc:NAMESPACE/https:NAME:PORT` is the
 * proxy's way to say that the Service speaks TLS. PORT is a number or the port's name.
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
