import { EXIT, UserError } from '../errors.ts';

/** Time is up or somebody has interrupted; the same command goes on from here. */
export class StoppedError extends UserError {
  override readonly name = 'StoppedError';
  override readonly exitCode;

  constructor(message: string, fix: string, why: 'time' | 'interrupt') {
    super(message, fix);
    this.exitCode = why === 'time' ? EXIT.stopped : EXIT.interrupted;
  }
}
