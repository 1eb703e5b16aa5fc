import { type Key, useInput } from 'ink';

export interface KeyActions {
  /** `q` stops what runs where it is, Ctrl-C interrupts it; both are safe. */
  onQuit(outcome: 'stopped' | 'interrupted'): void;
  onHelp(): void;
  /** Any other key, by its character or name; see `keyNames`. */
  onKey?(name: string): void;
}

/**
 * Listens to q, Ctrl-C and ?, and hands on the others. In raw mode the terminal sends no SIGINT, so Ctrl-C comes as a
 * key.
 *
 * @param isActive false where there is no terminal to read from; raw mode would fail there
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

/** The keys of Ink that have names here. */
type NamedKeys = Partial<
  Pick<Key, 'upArrow' | 'downArrow' | 'leftArrow' | 'rightArrow' | 'return' | 'escape' | 'ctrl' | 'meta'>
>;

/**
 * The keys that Ink read at once: `up`, `down`, `left`, `right`, `enter`, `escape` or a character. A key that is held
 * down comes several times in one reading. Other texts of several characters were pasted, and are no keys.
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
