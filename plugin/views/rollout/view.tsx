import { Box, Text } from 'ink';
import type { JSX } from 'react';
import { type FrameInput, layOutFrame } from './frame.ts';
import { type KeyActions, useRolloutKeys } from './keys.ts';
import type { Line } from './line.ts';
import type { Theme } from './theme.ts';

/** The rollout at one moment, drawn from its properties alone. */
export function RolloutView({ actions, ...input }: FrameInput & { actions: KeyActions }): JSX.Element {
  useRolloutKeys(actions, input.keys);
  return (
    <Box flexDirection="column">
      {keyed(layOutFrame(input)).map(([key, line]) => (
        <FrameLine key={key} line={line} theme={input.theme} />
      ))}
    </Box>
  );
}

function FrameLine({ line, theme }: { line: Line; theme: Theme }): JSX.Element {
  return (
    <Text wrap="truncate-end">
      {/* Ink gives no row to a text without characters. */}
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

/** Lines and spans have no identity beyond their place. */
function keyed<T>(items: readonly T[]): [string, T][] {
  return items.map((item, index) => [String(index), item]);
}
