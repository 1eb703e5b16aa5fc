import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { writeDocument, writeError, writeJson, writeLine, writeLines } from '../../../plugin/cli/output.ts';

/** Beside the module: those that add styling of their own to cleaned text, and where the streams come from. */
const WRITERS = [
  'plugin/cli/output.ts',
  'plugin/process-context.ts',
  'plugin/views/narration/plain.ts',
  'plugin/views/narration/stream.ts',
  'plugin/views/terminal/screen.ts',
];
/** A stream by the names that streams have here, or the console. */
const WRITES =
  /\b(?:stdout|stderr|stream|terminal|output)\.(?:write|end)\(|\bconsole\.\w+\(|process\.(?:stdout|stderr)\b/;

describe('what is written', () => {
  it('is written by one module, which cleans it', () => {
    const root = new URL('../../../', import.meta.url).pathname;
    const files = globSync('{plugin,shared/{drive,gates,removals,rollout}}/**/*.{ts,tsx}', {
      cwd: root,
    }).filter((file) => !file.startsWith('plugin/sandbox/'));
    assert.ok(files.length > 200);
    const writers = files.filter((file) => WRITES.test(readFileSync(root + file, 'utf8')));
    assert.deepEqual(writers.sort(), WRITERS);
  });

  it('contains no forged lines and no control sequences', () => {
    const hostile = 'x\u001b[2K\r\u001b]52;c;cm0=\u0007\nerror: forged\u202e\u009b1A';
    const written = (write: (stream: PassThrough) => void) => {
      const stream = new PassThrough({ encoding: 'utf8' });
      write(stream);
      return stream.read() as string;
    };
    const clean = 'x error: forged';
    assert.equal(
      written((stream) => writeLine(stream, `by ${hostile}`)),
      `by ${clean}\n`,
    );
    assert.equal(
      written((stream) => writeLines(stream, [hostile, 'b'])),
      `${clean}\nb\n`,
    );
    assert.equal(
      written((stream) => writeDocument(stream, `a: \u001b[1m${'b'}\n`)),
      'a: b\n',
    );
    assert.equal(
      written((stream) => writeError(stream, { message: `refused: ${hostile}`, fix: hostile })),
      'error: refused: x \n  error: forged\n  x \n  error: forged\n',
    );
    const json = written((stream) => writeJson(stream, { hostile }));
    assert.deepEqual(JSON.parse(json), { hostile });
    assert.match(json, /^[ -~]*\n$/);
  });
});
