import { Box, Text } from 'ink';
import type { JSX } from 'react';
import { type KeyActions, useViewKeys } from './keys.ts';
import type { Line } from './line.ts';
import type { Theme } from './theme.ts';

export interface FrameViewProps {
  lines: readonly Line[];
  theme: Theme;
  /** Whether key presses can be read. */
  keys: boolean;
  actions: KeyActions;
}

/** Renders a frame from its properties alone. */
export function FrameView({ lines, theme, keys, actions }: FrameViewProps): JSX.Element {
  useViewKeys(actions, keys);
  return (
    <Box flexDirection="column">
      {keyed(lines).map(([key, line]) => (
        <FrameLine key={key} line={line} theme={theme} />
      ))}
    </Box>
  );
}

function FrameLine({ line, theme }: { line: Line; theme: Theme }): JSX.Element {
  return (
    <Text wrap="truncate-end">
      {/* Ink renders no row for empty text. */}
      {line.length === 0
        ? ' '
        : keyed(line).map(([key, { text, tone }]) => (
            <Text key={key} {...theme.styles[tone]}>
              {text}
            </Text>
          ))}
    </Text>
  );
}

/** Lines and spans are identified by their index only. */
function keyed<T>(items: readonly T[]): [string, T][] {
  return items.map((item, index) => [String(index), item]);
}
