import assert from 'node:assert/strict';
import { request } from 'node:https';
import { it } from 'node:test';
import { Hono } from 'hono';
import { listenHttps } from '../../../webhook/server/listen.ts';
import { testAuthority } from '../../helpers/certificates.ts';

it('only clients with a certificate of the CA, and of an accepted name, are answered', async (t) => {
  const [ours, others] = await Promise.all([testAuthority(), testAuthority()]);
  const app = new Hono().get('/', (context) => context.text('hello'));
  const clients = { ca: ours.ca, names: ['apiserver'] };
  const server = await listenHttps(app, { host: '127.0.0.1', port: 0 }, ours.server, { clients });
  t.after(() => server.close());
  const get = (pair: { cert: string; key: string } | undefined) =>
    new Promise<number | undefined>((resolve) => {
      const asked = request({ host: '127.0.0.1', port: server.port, ca: ours.ca, agent: false, ...pair });
      asked.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', () => resolve(undefined));
      asked.end();
    });
  for (const again of [false, true]) {
    assert.equal(await get(await ours.client('apiserver')), 200);
    assert.equal(await get(await ours.client('somebody')), undefined);
    assert.equal(await get(await others.client('apiserver')), undefined);
    assert.equal(await get(undefined), undefined);
    // The same must hold for a renewed certificate.
    if (!again) server.setCertificate(ours.server);
  }
});
