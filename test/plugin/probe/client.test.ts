import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type ProbeClient, probeClient } from '../../../plugin/probe/client.ts';
import { type TestAuthority, testAuthority } from '../../helpers/certificates.ts';
import { freePorts } from '../../helpers/ports.ts';
import { startWeb, type Web } from './web.ts';

describe('probe client', () => {
  const { signal } = new AbortController();
  let web: Web;
  let client: ProbeClient;

  beforeEach(async () => {
    web = await startWeb();
    client = probeClient(web.url);
  });
  afterEach(async () => {
    client.close();
    await web.close();
  });

  it('keeps one connection alive, and makes a new one for each fresh request', async () => {
    for (const connection of ['kept-alive', 'fresh', 'kept-alive', 'fresh', 'kept-alive'] as const) {
      const { code, statusLine, broken } = await client.ask(connection, signal);
      assert.deepEqual([code, statusLine, broken], [200, '200 OK', undefined]);
    }
    assert.deepEqual(web.askedOver, [0, 1, 0, 2, 0]);
  });

  it('takes a redirect and an error for answers', async () => {
    web.answer = (_, response) => response.writeHead(302, { location: '/login' }).end();
    assert.equal((await client.ask('fresh', signal)).code, 302);
    web.answer = (_, response) => response.writeHead(502).end();
    assert.equal((await client.ask('fresh', signal)).statusLine, '502 Bad Gateway');
  });

  it('sends user and password of the address', async () => {
    const url = new URL(web.url);
    url.username = 'ann';
    url.password = 'a:b/c';
    const heard = Promise.withResolvers<string | undefined>();
    web.answer = (request, response) => {
      heard.resolve(request.headers.authorization);
      response.end();
    };
    const own = probeClient(url);
    await own.ask('fresh', signal);
    assert.equal(await heard.promise, `Basic ${Buffer.from('ann:a:b/c').toString('base64')}`);
    own.close();
  });

  it('says that an answer broke off', async () => {
    web.answer = (_, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy());
    };
    const { code, broken } = await client.ask('kept-alive', signal);
    assert.equal(code, 200);
    assert.match(broken ?? '', /^the answer broke off: /);
  });

  it('fails in the words of the network, and with the reason for which it is given up', async () => {
    web.answer = (request) => request.socket.destroy();
    await assert.rejects(client.ask('fresh', signal), /socket hang up|ECONNRESET/);
    const [port = 0] = await freePorts(1);
    const nobody = probeClient(new URL(`http://127.0.0.1:${port}/`));
    await assert.rejects(nobody.ask('fresh', signal), /ECONNREFUSED/);
    nobody.close();

    const tired = new AbortController();
    web.answer = () => tired.abort(new Error('no answer within 1s'));
    await assert.rejects(client.ask('fresh', tired.signal), /^Error: no answer within 1s$/);
  });
});

describe('probe client over TLS', () => {
  let authority: TestAuthority;
  let web: Web;

  before(async () => {
    authority = await testAuthority();
    web = await startWeb(authority.server);
  });
  after(() => web.close());

  it('refuses a certificate of an unknown authority, and says what makes it known', async () => {
    const client = probeClient(web.url);
    for (const connection of ['kept-alive', 'fresh'] as const) {
      await assert.rejects(
        client.ask(connection, new AbortController().signal),
        /^Error: [^;]+certificate; if its authority can be trusted, .* in NODE_EXTRA_CA_CERTS$/,
      );
    }
    assert.deepEqual(web.askedOver, []);
    client.close();
  });

  it('takes it once the environment names the authority', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'kubectl-zone-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'ca.pem');
    await writeFile(file, authority.ca);
    const script = [
      `import { probeClient } from ${JSON.stringify(import.meta.resolve('../../../plugin/probe/client.ts'))};`,
      `const client = probeClient(new URL(${JSON.stringify(web.url.href)}));`,
      "const { statusLine } = await client.ask('kept-alive', new AbortController().signal);",
      'client.close();',
      'console.log(statusLine);',
    ].join('\n');
    const words = ['--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, words, {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
    });
    assert.equal(stdout, '200 OK\n');
  });
});
