/** Writes the pages of docs/reference anew: node docs/reference.ts */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMMANDS } from '../plugin/main.ts';
import { referencePages } from './reference-pages.ts';

const folder = join(import.meta.dirname, 'reference');
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const [name, text] of referencePages(COMMANDS)) await writeFile(join(folder, name), text);
