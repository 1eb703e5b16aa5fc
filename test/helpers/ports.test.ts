import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { it } from 'node:test';
import { freePorts } from './ports.ts';

it('finds different ports that a server can listen on', async () => {
  const ports = await freePorts(5);
  assert.equal(new Set(ports).size, 5);
  for (const port of ports) {
    const server = createServer();
    await once(server.listen(port, '127.0.0.1'), 'listening');
    await once(server.close(), 'close');
  }
});
