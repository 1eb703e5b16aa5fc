import { type ClientHttp2Session, connect } from 'node:http2';
import { createInterface } from 'node:readline';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../plugin/sandbox/sandbox.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type Body = any;

export interface Answer {
  code: number;
  body: Body;
  headers: Record<string, string | string[] | undefined>;
}

/** A bare HTTP/2 client, so that the sandbox is tested without the code that it is to test. */
export interface Client {
  call(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  /** Lines of a watch; leaving the loop closes it. */
  watch(path: string, headers?: Record<string, string>): AsyncGenerator<{ type: string; object: Body }>;
  /** Lists and watches a collection until its objects satisfy the predicate; resolves with them. */
  until(path: string, holds: (objects: Body[]) => boolean): Promise<Body[]>;
  close(): void;
}

const PATCH_TYPES = { merge: 'merge-patch', json: 'json-patch', strategic: 'strategic-merge-patch' } as const;

export function patchType(kind: keyof typeof PATCH_TYPES): Record<string, string> {
  return { 'content-type': `application/${PATCH_TYPES[kind]}+json` };
}

export function connectTo(sandbox: Sandbox): Client {
  const config = JSON.parse(sandbox.kubeconfig);
  const ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64');
  const session = connect(sandbox.url, { ca });
  session.on('error', () => {});
  const token = { authorization: `Bearer ${config.users[0].user.token}` };
  const client: Client = {
    call: (method, path, body, headers) => call(session, method, path, body, { ...token, ...headers }),
    watch: (path, headers) => watch(session, path, { ...token, ...headers }),
    async until(path, holds) {
      const { body } = await client.call('GET', path);
      const objects = new Map<string, Body>(body.items.map((item: Body) => [item.metadata.uid, item]));
      if (holds([...objects.values()])) return [...objects.values()];
      const sign = path.includes('?') ? '&' : '?';
      const from = `${path}${sign}watch=1&resourceVersion=${body.metadata.resourceVersion}`;
      for await (const { type, object } of client.watch(from)) {
        if (type === 'DELETED') objects.delete(object.metadata.uid);
        else objects.set(object.metadata.uid, object);
        if (holds([...objects.values()])) return [...objects.values()];
      }
      throw new Error(`the watch of ${path} ended before what was waited for`);
    },
    close: () => session.destroy(),
  };
  return client;
}

/** Runs a test against a sandbox of its own. */
export async function withSandbox(
  options: SandboxOptions,
  test: (client: Client, sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  const sandbox = await startSandbox(options);
  const client = connectTo(sandbox);
  try {
    await test(client, sandbox);
  } finally {
    client.close();
    await sandbox.stop();
  }
}

function call(
  session: ClientHttp2Session,
  method: string,
  path: string,
  body: object | undefined,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = { 'content-type': 'application/json', ...headers, ':method': method, ':path': path };
    const stream = session.request(sent, { endStream: body === undefined });
    const chunks: Buffer[] = [];
    const answer: Answer = { code: 0, body: undefined, headers: {} };
    stream.on('response', (received) => {
      answer.code = Number(received[':status']);
      answer.headers = received as Answer['headers'];
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const isJson = String(answer.headers['content-type']).startsWith('application/json');
      resolve({ ...answer, body: isJson ? JSON.parse(text) : text });
    });
    if (body !== undefined) stream.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
}

async function* watch(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string>,
): AsyncGenerator<{ type: string; object: Body }> {
  const stream = session.request({ ...headers, ':path': path });
  try {
    for await (const line of createInterface({ input: stream })) {
      const event = JSON.parse(line);
      // A watch that is refused answers with a Status instead of events.
      if (event.kind === 'Status') throw Object.assign(new Error(event.message), { status: event });
      yield event;
    }
  } finally {
    stream.close();
  }
}
