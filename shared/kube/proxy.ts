import { BlockList, isIP } from 'node:net';
import { hostAndPort } from './endpoint.ts';
import { KubeconfigError } from './kube.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Valid schemes in a kubeconfig; environment variables may also use socks5h, which is equivalent. */
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:']);
const ENV_SCHEMES: ReadonlySet<string> = new Set([...SCHEMES, 'socks5h:']);

/** Whether the proxy is a SOCKS 5 proxy. */
export function isSocks({ protocol }: URL): boolean {
  return protocol === 'socks5:' || protocol === 'socks5h:';
}

/**
 * The proxy for `server`: the kubeconfig's `proxy-url`, otherwise HTTPS_PROXY or HTTP_PROXY (upper or lower
 * case), unless NO_PROXY or a loopback address exempts it. These are the rules of Go's `httpproxy`
 * (golang.org/x/net/http/httpproxy), and so kubectl's: an environment value without a scheme means `http://`,
 * and one that is not a URL is ignored.
 *
 * @throws KubeconfigError for an unusable `proxy-url`
 */
export function proxyFor(server: URL, proxyUrl: string | undefined, env: Env): URL | undefined {
  if (proxyUrl !== undefined && proxyUrl !== '') return proxyOfKubeconfig(proxyUrl);
  const name = server.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY';
  const value = env[name] || env[name.toLowerCase()];
  if (value === undefined || value === '') return undefined;
  if (isLoopback(server) || isExempt(server, env.NO_PROXY || env.no_proxy || '')) return undefined;
  const url = parse(value);
  return url && ENV_SCHEMES.has(url.protocol) ? url : parse(`http://${value}`);
}

function proxyOfKubeconfig(proxyUrl: string): URL {
  const url = parse(proxyUrl);
  if (url && SCHEMES.has(url.protocol) && url.hostname !== '') return url;
  throw new KubeconfigError(
    `proxy-url ${JSON.stringify(proxyUrl)} cannot be used: it must begin with http://, https:// or socks5://`,
  );
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isLoopback(server: URL): boolean {
  const { host } = hostAndPort(server);
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isExempt(server: URL, noProxy: string): boolean {
  const { host, port } = hostAndPort(server);
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, host.toLowerCase(), port));
}

/**
 * `*`, `example.com` (with subdomains), `.example.com` (subdomains only), `10.1.2.3`, `[fd00::1]`, each with
 * an optional port, or `10.0.0.0/8`.
 */
function matches(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(host, entry);
  const { name, port: entryPort } = splitPort(entry);
  if (entryPort !== undefined && Number(entryPort) !== port) return false;
  if (isIP(name) !== 0) return sameAddress(host, name);
  const domain = name.replace(/^\*(?=\.)/, '');
  if (domain === '') return false;
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function splitPort(entry: string): { name: string; port: string | undefined } {
  if (isIP(entry) !== 0) return { name: entry, port: undefined };
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return { name: name.replace(/^\[(.*)\]$/, '$1'), port };
}

function sameAddress(host: string, address: string): boolean {
  const length = isIP(address) === 4 ? 32 : 128;
  return inRange(host, `${address}/${length}`);
}

function inRange(host: string, range: string): boolean {
  const [base = '', bits = ''] = range.split('/');
  const [family, length] = [isIP(base), Number(bits)];
  const longest = family === 4 ? 32 : 128;
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(bits) || length > longest) return false;
  const name = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, length, name);
  return list.check(host, name);
}
