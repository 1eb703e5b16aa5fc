import { VERSION } from '../../../shared/version.ts';
import type { ClientFacts } from './facts.ts';

/** What runs here. */
export function clientFacts(): ClientFacts {
  // Not imported: the bundler takes node: away from imports, and there is no module called sea.
  const { isSea } = process.getBuiltinModule('node:sea');
  return {
    version: VERSION,
    node: process.version,
    platform: `${process.platform}/${process.arch}`,
    form: isSea() ? 'executable' : 'JavaScript',
  };
}
