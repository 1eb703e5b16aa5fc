import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { referencePages } from '../../docs/reference-pages.ts';
import { COMMANDS } from '../../plugin/main.ts';
import { ROOT } from './pages.ts';

const FOLDER = join(ROOT, 'docs', 'reference');

describe('the reference', () => {
  const pages = referencePages(COMMANDS);

  it('has a page for each verb, and no other: node docs/reference.ts', async () => {
    assert.deepEqual((await readdir(FOLDER)).sort(), [...pages.keys()].sort());
  });

  for (const [name, text] of pages) {
    it(`says in ${name} what the commands are: node docs/reference.ts`, async () => {
      assert.equal(await readFile(join(FOLDER, name), 'utf8'), text);
    });
  }

  it('names every flag of every verb', () => {
    for (const command of COMMANDS) {
      const page = pages.get(`${command.usage.split(' ')[0]}.md`) ?? '';
      for (const { options } of [command, ...(command.subcommands ?? [])]) {
        for (const flag of Object.keys(options)) assert.ok(page.includes(`\`--${flag}\``), flag);
      }
    }
  });
});
