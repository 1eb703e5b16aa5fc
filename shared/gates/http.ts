import { oneLine } from '../format.ts';
import type { GateState } from '../rollout/decide/types.ts';
import type { GateSource } from './gate.ts';
import { type GetAnswer, get, shownUrl } from './get.ts';

/** Enough for the first line; only that is shown. */
const MOST_BYTES = 4_096;
const LONGEST_LINE = 120;

/**
 * An address as a gate: open while it responds with 2xx, otherwise closed. A redirect closes it and is not
 * followed, because it often leads to a login page that responds with 200. The reason has the status and the
 * first line of the body.
 */
export function httpGate(url: URL): GateSource {
  const shown = shownUrl(url);
  const name = `gate ${shown}`;
  return {
    source: shown,
    names: [name],
    async check(signal) {
      return [{ name, ...verdict(await get(url, bodyWanted, signal)) }];
    },
    close() {},
  };
}

function bodyWanted(status: number): number {
  return isOpen(status) ? 0 : MOST_BYTES;
}

function isOpen(status: number): boolean {
  return status >= 200 && status < 300;
}

function verdict(answer: GetAnswer): Omit<GateState, 'name'> {
  const { status, statusLine, location } = answer;
  if (isOpen(status)) return { state: 'open', reason: oneLine(statusLine) };
  const line = status < 400 && location !== '' ? `redirects to ${location}` : firstLine(answer.body);
  const more = line === '' ? '' : `: ${oneLine(line).slice(0, LONGEST_LINE)}`;
  return { state: 'closed', reason: `${oneLine(statusLine)}${more}` };
}

function firstLine(body: string): string {
  return body.split('\n').find((line) => line.trim() !== '') ?? '';
}
