/** Writes checks.md anew: node docs/checks.ts */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checksPage } from '../shared/check/page.ts';

await writeFile(join(import.meta.dirname, 'checks.md'), checksPage());
