/** Writes checks.md anew: node docs/checks.ts */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checksPage } from '../plugin/check/decide/page.ts';

await writeFile(join(import.meta.dirname, 'checks.md'), checksPage());
