import assert from 'node:assert/strict';
import { test } from 'node:test';
import { render } from 'ink-testing-library';
import { FrameView } from '../../../../plugin/views/terminal/frame-view.tsx';
import { themeFor } from '../../../../plugin/views/terminal/theme.ts';

test('keys reach their actions as the terminal sends them', async () => {
  const heard: string[] = [];
  let next: () => void = () => {};
  const note = (what: string) => {
    heard.push(what);
    next();
  };
  const actions = {
    onQuit: (outcome: string) => note(`quit ${outcome}`),
    onHelp: () => note('help'),
    onKey: note,
  };
  const view = render(<FrameView lines={[]} theme={themeFor({})} keys={true} actions={actions} />);
  // Ink listens once its effects have run.
  await new Promise((resolve) => setImmediate(resolve));
  for (const sent of ['p', '+', '\r', '\u001b[A', '\u001b[C', '\u001b', '?', 'q', '\u0003']) {
    const answered = new Promise<void>((resolve) => {
      next = resolve;
    });
    view.stdin.write(sent);
    await answered;
  }
  view.unmount();
  assert.deepEqual(heard, [
    ...['p', '+', 'enter', 'up', 'right', 'escape', 'help'],
    ...['quit stopped', 'quit interrupted'],
  ]);
});
