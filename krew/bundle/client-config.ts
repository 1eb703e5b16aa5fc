import type { Plugin } from 'esbuild';

/** Files of client-node that only its own HTTP client needs, by what imports them. */
const CLIENT = /^(?:undici|\.\/gen\/index\.js|\.\/middleware\.js)$/;
const CONFIG = /[\\/]@kubernetes[\\/]client-node[\\/]dist[\\/]config\.js$/;

/** What `config.js` imports of them. It calls them to create clients, which we never ask it for. */
export const CLIENT_STAND_IN = `
  const no = (what) => function () { throw new Error(what + ' is not part of this bundle'); };
  export const Agent = no('Agent'), ProxyAgent = no('ProxyAgent');
  export const createConfiguration = no('createConfiguration'), ServerConfiguration = no('ServerConfiguration');
  export const setHeaderMiddleware = no('setHeaderMiddleware');`;

/**
 * Takes the HTTP client out of client-node's KubeConfig, of which we use what loads a configuration: our own transport
 * sends the requests (`shared/kube/transport.ts`). The generated client and undici are 1.9 of its 2.5 MB.
 *
 * It saves memory where the webhook runs, and time where a login needs client-node; bench/client-config.ts measures both.
 */
export const configWithoutClient: Plugin = {
  name: 'config-without-client',
  setup(build) {
    build.onResolve({ filter: CLIENT }, ({ path, importer }) =>
      CONFIG.test(importer) ? { path, namespace: 'no-client' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'no-client' }, () => ({ contents: CLIENT_STAND_IN }));
  },
};
