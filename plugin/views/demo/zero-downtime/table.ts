import {
  CONNECTIONS,
  type Code,
  requestsIn,
  type Tally,
  totalOf,
} from '../../../demo/zero-downtime/tally.ts';

const MEANINGS: Readonly<Partial<Record<Code, string>>> = {
  502: 'the pod refused or broke the connection',
  503: 'no pod was available',
  504: 'no answer at the pod’s address',
  none: 'no answer',
};

/** A tally as a table: one line per code, with right-aligned numbers, and the slowest request. */
export function tallyLines(tally: Tally): string[] {
  const number = (value: number) => value.toLocaleString('en');
  const rows = [
    ['code', ...CONNECTIONS, 'all', 'slowest', ''],
    ...tally.map(({ code, count, slowestMs }) => [
      String(code),
      ...CONNECTIONS.map((connection) => number(count[connection])),
      number(totalOf(count)),
      `${(slowestMs / 1000).toFixed(1)}s`,
      MEANINGS[code] ?? '',
    ]),
    ['all', ...CONNECTIONS.map((connection) => number(sumOf(tally, connection))), number(requestsIn(tally))],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const last = widths.length - 1;
  return rows.map((row) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === last ? text.padEnd(width) : text.padStart(width);
      })
      .join('   ')
      .trimEnd(),
  );
}

function sumOf(tally: Tally, connection: (typeof CONNECTIONS)[number]): number {
  return tally.reduce((sum, { count }) => sum + count[connection], 0);
}
