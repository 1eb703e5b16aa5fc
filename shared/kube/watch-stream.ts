import * as z from 'zod/mini';
import { ConnectionError, type WatchEvent } from './kube.ts';
import { lines } from './lines.ts';
import { statusError } from './status.ts';

const Line = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});

/**
 * The events in the body of a watch.
 *
 * @throws ApiError carried by an ERROR event
 * @throws ConnectionError for a line that is not an event, such as a truncated one
 */
export async function* readWatch(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent, void> {
  for await (const line of lines(body)) {
    const { type, object } = parseLine(line);
    if (type === 'ERROR') throw statusError(object);
    yield { type, object };
  }
}

function parseLine(line: string): z.infer<typeof Line> {
  try {
    return Line.parse(JSON.parse(line));
  } catch (error) {
    throw new ConnectionError(`the watch sent a line that is not an event: ${line.slice(0, 100)}`, {
      cause: error,
    });
  }
}
