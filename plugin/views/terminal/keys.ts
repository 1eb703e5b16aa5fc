import { useInput } from 'ink';

export interface KeyActions {
  /** `q` stops what runs where it is, Ctrl-C interrupts it; both are safe. */
  onQuit(outcome: 'stopped' | 'interrupted'): void;
  onHelp(): void;
}

/**
 * Listens to q, Ctrl-C and ?. In raw mode the terminal sends no SIGINT, so Ctrl-C comes as a key.
 *
 * @param isActive false where there is no terminal to read from; raw mode would fail there
 */
export function useViewKeys({ onQuit, onHelp }: KeyActions, isActive: boolean): void {
  useInput(
    (input, key) => {
      if (key.ctrl && input === 'c') onQuit('interrupted');
      else if (input === 'q') onQuit('stopped');
      else if (input === '?') onHelp();
    },
    { isActive },
  );
}
