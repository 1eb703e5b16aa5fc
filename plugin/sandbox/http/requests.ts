import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { badRequest, StatusError } from '../api/errors.ts';
import type { Reply } from '../api/message.ts';
import { decodeProtobuf, PROTOBUF } from './protobuf/decode.ts';

/** Node's compatibility API gives both HTTP versions the same shape. */
export type Incoming = IncomingMessage | Http2ServerRequest;
export type Outgoing = ServerResponse | Http2ServerResponse;

/** The real server's limit: 3 MiB. */
const MAX_BODY_BYTES = 3 << 20;

/** A client with this much unread output is disconnected. */
const MAX_QUEUED_BYTES = 64 << 20;

/** Reads a JSON or protobuf body; an empty one is `undefined`. @throws StatusError BadRequest, 413 or 415 */
export async function readBody(incoming: Incoming): Promise<unknown> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES)
      throw new StatusError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${MAX_BODY_BYTES}`,
      );
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (body.length > 0 && incoming.headers['content-type']?.startsWith(PROTOBUF)) return decodeProtobuf(body);
  const text = body.toString();
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized (must be of type JSON): ${(error as Error).message}`,
    );
  }
}

/** Writes a response; a watch keeps it open until either side ends it. */
export function respond(outgoing: Outgoing, reply: Reply): void {
  if (reply.kind === 'watch') stream(outgoing, reply.start);
  else send(outgoing, reply);
}

function send(outgoing: Outgoing, reply: Exclude<Reply, { kind: 'watch' }>): void {
  const body = Buffer.from(reply.kind === 'json' ? reply.json : reply.text);
  const headers: Record<string, string | number | string[]> = {
    'content-type':
      reply.kind === 'json' ? (reply.contentType ?? 'application/json') : 'text/plain; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-cache, private',
    ...(reply.kind === 'text' ? reply.headers : {}),
  };
  if (reply.kind === 'json') {
    if (reply.warnings?.length)
      headers.warning = reply.warnings.map((text) => `299 - ${JSON.stringify(text)}`);
    if (reply.retryAfterS !== undefined) headers['retry-after'] = reply.retryAfterS;
  }
  head(outgoing, reply.code, headers);
  outgoing.end(body);
}

function stream(
  outgoing: Outgoing,
  start: (sink: { write(line: string): void; end(): void }) => () => void,
): void {
  head(outgoing, 200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  (outgoing as ServerResponse).flushHeaders();
  const queue = 'stream' in outgoing ? outgoing.stream : outgoing;
  const stop = start({
    write(line) {
      writeLine(outgoing, line);
      if (queue.writableLength > MAX_QUEUED_BYTES) outgoing.destroy();
    },
    end: () => outgoing.end(),
  });
  outgoing.on('close', stop);
}

// The two response types overload these methods differently; these arguments suit both.
function head(outgoing: Outgoing, code: number, headers: Record<string, string | number | string[]>): void {
  (outgoing as ServerResponse).writeHead(code, headers);
}

function writeLine(outgoing: Outgoing, line: string): void {
  (outgoing as ServerResponse).write(line);
}
