import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proxyFor } from '../../../shared/kube/proxy.ts';

const server = new URL('https://api.example.com:6443');
const via = (url: URL, env: Record<string, string>, proxyUrl?: string) => proxyFor(url, proxyUrl, env)?.href;

it('takes the kubeconfig’s proxy first, then the environment’s', () => {
  assert.equal(via(server, { HTTPS_PROXY: 'http://env:1' }, 'http://config:2'), 'http://config:2/');
  assert.equal(via(server, { HTTPS_PROXY: 'http://env:1', https_proxy: 'http://low:1' }), 'http://env:1/');
  assert.equal(via(server, { https_proxy: 'low:1' }), 'http://low:1/');
  assert.equal(via(server, { HTTP_PROXY: 'http://env:1' }), undefined);
  assert.equal(via(new URL('http://api.example.com'), { HTTP_PROXY: 'http://env:1' }), 'http://env:1/');
});

it('goes straight to loopback addresses and to what NO_PROXY names', () => {
  const env = { HTTPS_PROXY: 'http://env:1' };
  for (const local of ['https://localhost:1', 'https://127.8.9.1:1', 'https://[::1]:1']) {
    assert.equal(via(new URL(local), env), undefined);
  }
  const exempt = (url: string, NO_PROXY: string) => via(new URL(url), { ...env, NO_PROXY }) === undefined;
  for (const list of ['*', 'x, example.com', '.example.com', '*.example.com', 'api.example.com:6443']) {
    assert.ok(exempt(server.href, list), list);
  }
  for (const list of ['', 'ple.com', 'api.example.com:443', '.api.example.com']) {
    assert.ok(!exempt(server.href, list), list);
  }
  assert.ok(exempt('https://10.1.2.3', '10.0.0.0/8'));
  assert.ok(exempt('https://10.1.2.3', '10.1.2.3'));
  assert.ok(exempt('https://[fd00::1]', 'fd00::1'));
  assert.ok(!exempt('https://11.1.2.3', '10.0.0.0/8'));
  assert.ok(exempt('https://[fd00::1]:6443', '[fd00::1]:6443'));
  assert.ok(!exempt('https://[fd00::1]:6443', '[fd00::1]:443'));
  assert.ok(exempt('https://[fd00::1]', 'fd00::/8'));
  assert.ok(!exempt('https://[fe80::1]', 'fd00::/8'));
  for (const nonsense of ['10.0.0.0/x', '10.0.0.0/33', '/8', ':443', '*.']) {
    assert.ok(!exempt('https://10.1.2.3', nonsense), nonsense);
  }
});

it('passes over an environment that is no URL, and refuses such a kubeconfig', () => {
  assert.equal(via(server, { HTTPS_PROXY: 'a b' }), undefined);
  assert.equal(via(server, { HTTPS_PROXY: 'socks5h://proxy:1' }), 'socks5h://proxy:1');
  for (const proxyUrl of ['proxy:3128', 'socks4://proxy:1', 'http://[', 'ftp://proxy']) {
    assert.throws(() => via(server, {}, proxyUrl), /must begin with http:\/\/, https:\/\/ or socks5:\/\//);
  }
});
