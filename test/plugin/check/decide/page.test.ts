import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { checksPage } from '../../../../plugin/check/decide/page.ts';
import { RULES } from '../../../../plugin/check/decide/registry.ts';

it('docs/checks.md is up to date: node docs/checks.ts', async () => {
  const written = await readFile(join(import.meta.dirname, '../../../../docs/checks.md'), 'utf8');
  assert.equal(written, checksPage());
  for (const { id } of RULES) assert.ok(written.includes(`### ${id}\n`));
});
