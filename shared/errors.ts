/** How an operation that failed ended; commands map it to an exit code. */
export type ErrorEnd = 'failed' | 'usage' | 'stopped' | 'interrupted';

/** An error the user can act on: what is wrong, and how to fix it. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly fix: string | undefined;
  readonly end: ErrorEnd = 'failed';

  constructor(message: string, fix?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fix = fix;
  }
}

/** Interrupted before any change was made, or in an operation that cannot outlive its process, such as a demo. */
export class InterruptedError extends UserError {
  override readonly name = 'InterruptedError';
  override readonly end = 'interrupted';

  constructor(message = 'interrupted; nothing was changed') {
    super(message);
  }
}
