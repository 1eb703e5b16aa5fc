import { VERSION } from '../../../shared/version.ts';
import type { ClientFacts } from './facts.ts';

/** Facts about the running client. */
export function clientFacts(): ClientFacts {
  // Not imported: the bundler strips node: from imports, and there is no module named sea.
  const { isSea } = process.getBuiltinModule('node:sea');
  return {
    version: VERSION,
    node: process.version,
    platform: `${process.platform}/${process.arch}`,
    form: isSea() ? 'executable' : 'JavaScript',
  };
}
