import type headless from '@xterm/headless';
import { BACKGROUND, type CellColour, FOREGROUND, svgColour } from './picture-colours.ts';

/** Neighbouring cells of one row that look the same; a character that is not one code unit in one cell stands alone. */
export interface Run {
  /** Cells to the left of it. */
  column: number;
  /** Cells that it takes. */
  width: number;
  text: string;
  colour: string;
  /** Undefined for the terminal's own. */
  background: string | undefined;
  bold: boolean;
  faint: boolean;
}

type Look = Omit<Run, 'column' | 'width' | 'text'>;

/** The visible rows of a terminal; blanks without a background are left out. */
export function visibleRows(terminal: headless.Terminal): Run[][] {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = active.getLine(active.baseY + row);
    return line ? runsOf(line) : [];
  });
}

function runsOf(line: headless.IBufferLine): Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < line.length; column += 1) {
    const cell = line.getCell(column);
    // The second half of a wide character has no width of its own.
    if (!cell || cell.getWidth() === 0) continue;
    const next: Run = { column, width: cell.getWidth(), text: cell.getChars() || ' ', ...lookOf(cell) };
    const last = runs.at(-1);
    if (last && isPlain(last) && isPlain(next) && sameLook(last, next)) {
      last.text += next.text;
      last.width += next.width;
    } else runs.push(next);
  }
  return runs.filter(({ text, background }) => background !== undefined || text.trim() !== '');
}

function isPlain({ text, width }: Run): boolean {
  return text.length === width;
}

function lookOf(cell: headless.IBufferCell): Look {
  const own = svgColour(colourOf(cell.isFgPalette(), cell.isFgRGB(), cell.getFgColor())) ?? FOREGROUND;
  const behind = svgColour(colourOf(cell.isBgPalette(), cell.isBgRGB(), cell.getBgColor()));
  const rest = { bold: cell.isBold() !== 0, faint: cell.isDim() !== 0 };
  return cell.isInverse()
    ? { colour: behind ?? BACKGROUND, background: own, ...rest }
    : { colour: own, background: behind, ...rest };
}

function colourOf(isPalette: boolean, isRgb: boolean, value: number): CellColour {
  if (isRgb) return { kind: 'rgb', value };
  return isPalette ? { kind: 'palette', index: value } : undefined;
}

function sameLook(a: Look, b: Look): boolean {
  return a.colour === b.colour && a.background === b.background && a.bold === b.bold && a.faint === b.faint;
}
