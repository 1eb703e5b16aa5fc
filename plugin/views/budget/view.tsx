import { Box, Text } from 'ink';
import type { JSX } from 'react';
import { type KeyActions, useRolloutKeys } from '../rollout/keys.ts';
import type { Line } from '../rollout/line.ts';
import { type BudgetFrameInput, layOutBudgets } from './frame.ts';

/** Budgets at one moment, drawn from their properties alone. */
export function BudgetView({ onQuit, ...input }: BudgetFrameInput & Pick<KeyActions, 'onQuit'>): JSX.Element {
  useRolloutKeys({ onQuit, onHelp: () => {} }, input.keys);
  return (
    <Box flexDirection="column">
      {keyed(layOutBudgets(input)).map(([key, line]) => (
        <FrameLine key={key} line={line} input={input} />
      ))}
    </Box>
  );
}

function FrameLine({ line, input }: { line: Line; input: BudgetFrameInput }): JSX.Element {
  return (
    <Text wrap="truncate-end">
      {/* Ink gives no row to a text without characters. */}
      {line.length === 0
        ? ' '
        : keyed(line).map(([key, { text, tone }]) => (
            <Text key={key} {...input.theme.styles[tone]}>
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
