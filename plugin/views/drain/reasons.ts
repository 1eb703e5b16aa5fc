import { firstNames, oneLine, plural } from '../../../shared/format.ts';
import type { DrainSnapshot } from '../../drain/decide/snapshot.ts';
import type { Tone } from '../narration/tone.ts';
import type { Section } from '../terminal/allot.ts';
import { LABEL_WIDTH, labelled } from '../terminal/labelled.ts';
import { type Line, span } from '../terminal/line.ts';
import type { Theme } from '../terminal/theme.ts';

const MOST_ROWS = 4;
const MOST_NAMES = 3;

/** Pods that are held back or were refused, one line per reason, with the names last because they are cut off first. */
export function heldSection({ held }: DrainSnapshot, columns: number, theme: Theme): Section {
  const texts = held.map(
    ({ reason, pods }) => `${plural(pods.length, 'pod')}: ${reason} (${firstNames(pods, MOST_NAMES)})`,
  );
  return listing(7, { text: 'denied', tone: 'warn' }, texts, columns, theme);
}

/** Workloads that are not healthy, one line each. */
export function missingSection({ waitingFor }: DrainSnapshot, columns: number, theme: Theme): Section {
  const texts = waitingFor.map(
    ({ workload, namespace, pods }) =>
      `${workload} in ${namespace}: ${plural(pods.length, 'pod')}: ${firstNames(pods, MOST_NAMES)}`,
  );
  return listing(8, { text: 'unhealthy', tone: 'busy' }, texts, columns, theme);
}

function listing(
  rank: number,
  label: { text: string; tone: Tone },
  texts: readonly string[],
  columns: number,
  theme: Theme,
): Section {
  const want = Math.min(MOST_ROWS, texts.length);
  return {
    rank,
    min: Math.min(1, want),
    want,
    draw(height) {
      const shown = texts.length <= height ? texts : texts.slice(0, Math.max(1, height - 1));
      const lines = shown.flatMap((text, index) => {
        const beside = index === 0 ? label : { ...label, text: '' };
        return labelled(beside, oneLine(text), { columns, maxRows: 1, ellipsis: theme.ellipsis });
      });
      return shown.length === texts.length ? lines : [...lines, more(texts.length - shown.length)];
    },
  };
}

function more(hidden: number): Line {
  return [span(`${' '.repeat(LABEL_WIDTH)}and ${hidden} more`, 'faint')];
}
