import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';

/** A literal where one may stand, on one line. */
const LITERAL =
  /(?<=[=(,:?&|!;[{}\s]\s*|return )\/(?![/*\s])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)(?=\.(?:test|exec)\(|[,;)\]\s]|$)/gm;
/** Far more than a name or a message has; one step for each pair of characters would take minutes. */
const CHARACTERS = 100_000;
const PATIENCE_MS = 30_000;

/** Runs every expression on every text, and tells before each which one. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
for (const { where, source, flags, units } of workerData.expressions) {
  for (const unit of units) {
    for (const end of ['', '!', '\\n']) {
      parentPort.postMessage({ where, unit, end });
      const text = unit.repeat(Math.ceil(workerData.characters / unit.length)) + end;
      text.replace(new RegExp(source, flags), '');
    }
  }
}
parentPort.postMessage('done');
`;

interface Expression {
  where: string;
  source: string;
  flags: string;
  units: readonly string[];
}

describe('regular expressions', () => {
  it('take no more than linear time, however long and hostile the text is', async () => {
    const expressions = expressionsOf('plugin', 'shared', 'webhook');
    assert.ok(expressions.length > 60, String(expressions.length));
    const slow: string[] = [];
    for (let left = expressions; left.length > 0; ) {
      const stuck = await firstStuck(left);
      if (!stuck) break;
      slow.push(
        `${stuck.where} on ${JSON.stringify(stuck.unit)}, repeated, and ${JSON.stringify(stuck.end)}`,
      );
      left = left.slice(left.findIndex(({ where }) => where === stuck.where) + 1);
    }
    assert.deepEqual(slow, []);
  });
});

interface Attempt {
  where: string;
  unit: string;
  end: string;
}

/** The first attempt that does not end in time. */
function firstStuck(expressions: readonly Expression[]): Promise<Attempt | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(PROGRAM, { eval: true, workerData: { expressions, characters: CHARACTERS } });
    let attempt: Attempt | undefined;
    const giveUp = () => {
      void worker.terminate();
      resolve(attempt);
    };
    let timer = setTimeout(giveUp, PATIENCE_MS);
    worker.on('error', reject);
    worker.on('message', (message: Attempt | 'done') => {
      clearTimeout(timer);
      if (message === 'done') return resolve(undefined);
      attempt = message;
      timer = setTimeout(giveUp, PATIENCE_MS);
    });
  });
}

function expressionsOf(...folders: readonly string[]): Expression[] {
  const root = new URL('../', import.meta.url).pathname;
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }));
  return (
    files
      // The sandbox is a server of ours for ourselves.
      .filter((file) => !file.startsWith('plugin/sandbox/'))
      .flatMap((file) => {
        const code = readFileSync(root + file, 'utf8').replace(/^\s*(?:\*|\/\*|\/\/).*$/gm, '');
        return [...code.matchAll(LITERAL)].map(([literal, source = '', flags = '']) => ({
          where: `${file} ${literal}`,
          source,
          flags: flags.includes('g') ? flags : `${flags}g`,
          units: unitsFor(source),
        }));
      })
  );
}

/** Characters that the expression itself names, alone and in pairs, and some of each class. */
function unitsFor(source: string): string[] {
  const named = [...new Set(source.replace(/\\[dwsbpDWSBPuxnrt]/g, '').replace(/[\\^$.*+?()[\]{}|]/g, ''))];
  const singles = [...new Set([...named.slice(0, 8), '0', 'a', ' ', '\n', '/', '@', '"', '\\', '\u001b'])];
  const pairs = named.slice(0, 4).flatMap((one) => ['0', 'a', ' '].map((other) => one + other));
  return [...singles, ...pairs];
}
