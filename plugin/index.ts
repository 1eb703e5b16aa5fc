/** What the shim needs. */
export { main } from './main.ts';
export { processContext } from './process-context.ts';
