import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';

/** A server on 127.0.0.1 that hands out the files of one folder. */
export interface FileServer {
  url: string;
  /** What was asked for, in order. A request that came here as to a proxy has a whole address. */
  requests: readonly string[];
  close(): Promise<void>;
}

/** Serves a folder's files, and answers 404 to everything else. */
export async function serveFiles(dir: string): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const file = createReadStream(join(dir, basename(request.url ?? '')));
    file.once('error', () => response.writeHead(404).end()).pipe(response);
  });
  // What a client asks of a proxy for an HTTPS address.
  server.on('connect', (request, socket) => {
    requests.push(request.url ?? '');
    socket.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
