import { registerHooks } from 'node:module';

/** Preloaded into a process, says on stderr which modules it loads. */
registerHooks({
  load(url, context, nextLoad) {
    process.stderr.write(`loaded ${url}\n`);
    return nextLoad(url, context);
  },
});
