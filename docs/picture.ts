/**
 * Draws docs/rollout.svg from a real run: `kubectl zone demo` on a pseudo-terminal, at the first moment when two fifths
 * of its pods are new.
 *
 *   npm run build && node docs/picture.ts [another kubectl-zone]
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import headless from '@xterm/headless';
import { type Moment, momentOf } from './picture-moment.ts';
import { type Run, visibleRows } from './picture-rows.ts';
import { svgOf } from './picture-svg.ts';

const COLUMNS = 100;
const ROWS = 30;
const SHARE = 0.4;
const COMMAND = 'kubectl zone demo';
const PLUGIN = process.argv[2] ?? fileURLToPath(new URL('../plugin/kubectl-zone', import.meta.url));
const FILE = fileURLToPath(new URL('rollout.svg', import.meta.url));

interface Sight {
  moment: Moment;
  rows: Run[][];
}

/**
 * Runs the demo until the wanted moment, and then has it end.
 *
 * @throws Error when it ends before
 */
async function lookAtDemo(): Promise<Sight> {
  const terminal = new headless.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  const { PATH, HOME } = process.env;
  const program = spawn(PLUGIN, ['demo'], {
    cols: COLUMNS,
    rows: ROWS,
    env: { PATH, HOME, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
  });
  let sight: Sight | undefined;
  const look = () => {
    // What the program writes as one may come in pieces.
    if (sight || terminal.modes.synchronizedOutputMode) return;
    const { active } = terminal.buffer;
    const rows = Array.from(
      { length: ROWS },
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
    );
    const moment = momentOf(rows);
    if (!moment || moment.podsNew < SHARE * moment.pods) return;
    // What the demo says before stands above the view, if there is room.
    sight = { moment, rows: visibleRows(terminal).slice(moment.firstRow) };
    program.write('q');
  };
  program.onData((data) => terminal.write(data, look));
  await new Promise<void>((resolve) => {
    program.onExit(() => terminal.write('', resolve));
  });
  if (!sight) throw new Error('the demo ended before the moment that is to be drawn');
  return sight;
}

const { moment, rows } = await lookAtDemo();
const used = rows.slice(0, rows.findLastIndex((runs) => runs.length > 0) + 1);
await writeFile(
  FILE,
  svgOf({
    title: COMMAND,
    description: `The live view of a rollout: ${moment.podsNew} of ${moment.pods} pods are new; ${moment.zones.join(', ')}.`,
    columns: COLUMNS,
    rows: used,
  }),
);
