import type { Phase } from '../../../demo/zero-downtime/events.ts';

export const PHASE_NAMES: Readonly<Record<Phase, string>> = {
  found: 'as found',
  mending: 'while the fix is rolled out',
  mended: 'after check --fix',
};
