import { isIP } from 'node:net';
import { hostAndPort } from './endpoint.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy to go through to `server`: the kubeconfig's `proxy-url` before HTTPS_PROXY or HTTP_PROXY (upper or lower
 * case), which NO_PROXY and loopback addresses switch off. These are the rules of Go's `httpproxy`, that is,
 * kubectl's. An environment value without scheme means `http://`.
 *
 * @throws TypeError for a value that is no URL
 */
export function proxyFor(server: URL, proxyUrl: string | undefined, env: Env): URL | undefined {
  if (proxyUrl !== undefined && proxyUrl !== '') return new URL(proxyUrl);
  const name = server.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY';
  const value = env[name] || env[name.toLowerCase()];
  if (value === undefined || value === '') return undefined;
  if (isLoopback(server) || isExempt(server, env.NO_PROXY || env.no_proxy || '')) return undefined;
  return new URL(/^[a-z0-9]+:\/\//i.test(value) ? value : `http://${value}`);
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

/** `*`, `example.com` (with subdomains), `.example.com` (subdomains only), `10.0.0.0/8`, each perhaps with a port. */
function matches(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIP(host) === 4 && inIpv4Range(host, entry);
  if (isIP(entry) === 6) return host === entry;
  const [, name = entry, entryPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (entryPort !== undefined && Number(entryPort) !== port) return false;
  const domain = name.replace(/^\*(?=\.)/, '');
  if (domain.startsWith('.')) return host.endsWith(domain);
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

function inIpv4Range(host: string, range: string): boolean {
  const [base = '', bits = ''] = range.split('/');
  const length = Number(bits);
  if (isIP(base) !== 4 || !Number.isInteger(length) || length < 0 || length > 32) return false;
  const mask = length === 0 ? 0 : (~0 << (32 - length)) >>> 0;
  return (ipv4Number(host) & mask) >>> 0 === (ipv4Number(base) & mask) >>> 0;
}

function ipv4Number(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}
