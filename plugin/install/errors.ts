import { UserError } from '../../shared/errors.ts';

/** A timeout or an interrupt; the same command continues from here. */
export class StoppedError extends UserError {
  override readonly name = 'StoppedError';
  override readonly end;

  constructor(message: string, fix: string, why: 'time' | 'interrupt') {
    super(message, fix);
    this.end = why === 'time' ? ('stopped' as const) : ('interrupted' as const);
  }
}
