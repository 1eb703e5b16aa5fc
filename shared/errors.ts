/** How an operation ends that an error has ended; a command makes its exit code of it. */
export type ErrorEnd = 'failed' | 'usage' | 'stopped' | 'interrupted';

/** Something the user can act on: what is wrong, and what would fix it. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly fix: string | undefined;
  readonly end: ErrorEnd = 'failed';

  constructor(message: string, fix?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fix = fix;
  }
}

/** Interrupted before anything had begun, or what cannot outlive its process, such as a demo. */
export class InterruptedError extends UserError {
  override readonly name = 'InterruptedError';
  override readonly end = 'interrupted';

  constructor(message = 'interrupted; nothing was touched') {
    super(message);
  }
}
