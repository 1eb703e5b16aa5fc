/** Reads request bodies within bounds, so that no request can exhaust memory. */

/** The API server's limit for its own requests. */
export const LARGEST_BODY_BYTES = 3 << 20;
/** Limit for all requests being read at the same time. */
const BUFFERED_BYTES = 32 << 20;

/** The body exceeds the limit; answered with 413. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** Too many bytes are being read at the same time; answered with 503. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

/** Reads bodies; all reads in progress share one limit. */
export interface BodyReader {
  /**
   * Passes the complete body to `use`, as text.
   *
   * @throws BodyTooLargeError before anything is read if Content-Length exceeds the limit; BusyError
   */
  read<T>(request: Request, limitBytes: number, use: (text: string) => T): Promise<T>;
}

export function createBodyReader(bufferedBytes = BUFFERED_BYTES): BodyReader {
  let freeBytes = bufferedBytes;

  return {
    async read(request, limitBytes, use) {
      const tooLarge = () => new BodyTooLargeError(`the body is larger than ${limitBytes} bytes`);
      if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge();
      const chunks: Uint8Array[] = [];
      let sizeBytes = 0;
      try {
        for await (const chunk of request.body ?? []) {
          sizeBytes += chunk.length;
          freeBytes -= chunk.length;
          if (sizeBytes > limitBytes) throw tooLarge();
          if (freeBytes < 0) throw new BusyError('too much is being read at the same time; try again');
          chunks.push(chunk);
        }
        return use(Buffer.concat(chunks).toString('utf8'));
      } finally {
        freeBytes += sizeBytes;
      }
    },
  };
}
