import { type Key, useInput } from 'ink';

export interface KeyActions {
  /** `q` stops the operation, Ctrl-C interrupts it; both are safe. */
  onQuit(outcome: 'stopped' | 'interrupted'): void;
  onHelp(): void;
  /** Any other key, by its character or name; see `keyNames`. */
  onKey?(name: string): void;
}

/**
 * Handles q, Ctrl-C and ?, and passes other keys on. In raw mode the terminal sends no SIGINT; Ctrl-C is a key.
 *
 * @param isActive false without a terminal to read from; raw mode would fail there
 */
export function useViewKeys({ onQuit, onHelp, onKey }: KeyActions, isActive: boolean): void {
  useInput(
    (input, key) => {
      if (key.ctrl && input === 'c') onQuit('interrupted');
      for (const name of keyNames(input, key)) {
        if (name === 'q') onQuit('stopped');
        else if (name === '?') onHelp();
        else onKey?.(name);
      }
    },
    { isActive },
  );
}

/** The Ink keys that have names here. */
type NamedKeys = Partial<
  Pick<Key, 'upArrow' | 'downArrow' | 'leftArrow' | 'rightArrow' | 'return' | 'escape' | 'ctrl' | 'meta'>
>;

/**
 * The keys of one read by Ink: `up`, `down`, `left`, `right`, `enter`, `escape` or a character. A repeated key may
 * occur several times in one read. Other texts of several characters were pasted and are ignored.
 */
export function keyNames(input: string, key: NamedKeys): string[] {
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.leftArrow) return ['left'];
  if (key.rightArrow) return ['right'];
  if (key.return) return ['enter'];
  if (key.escape) return ['escape'];
  const characters = [...input];
  if (key.ctrl || key.meta || new Set(characters).size !== 1) return [];
  return characters.map((each) => (each === '\r' || each === '\n' ? 'enter' : each));
}
