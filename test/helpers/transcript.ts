import { StringDecoder } from 'node:string_decoder';
import { withDeadline } from './deadline.ts';

/** Output that arrives bit by bit, for tests that wait until something has been said. */
export class Transcript {
  text = '';
  private readonly decoder = new StringDecoder('utf8');
  private readonly listeners = new Set<() => void>();
  private ended = false;

  append(chunk: Buffer): void {
    this.text += this.decoder.write(chunk);
    for (const listener of this.listeners) listener();
  }

  /** Nothing more will come. */
  end(): void {
    this.ended = true;
    for (const listener of this.listeners) listener();
  }

  /** The complete lines so far. */
  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /**
   * Resolves with the first value that `find` makes of the text, which may be there already.
   *
   * @throws Error with the whole text when it ends before, or after a generous deadline
   */
  until<T>(find: (transcript: Transcript) => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = () => {
      const found = find(this);
      if (found !== undefined) resolve(found);
      else if (this.ended) reject(new Error(`it ended without what was waited for:\n${this.text}`));
    };
    this.listeners.add(look);
    look();
    return withDeadline(promise, () => this.text).finally(() => this.listeners.delete(look));
  }

  /** Resolves with the match as soon as the text matches. */
  matches(pattern: RegExp): Promise<RegExpExecArray> {
    return this.until(({ text }) => pattern.exec(text) ?? undefined);
  }
}
