import type { Kube } from '../../shared/kube/kube.ts';

/** A connection whose watches of one resource show events late. */
export interface LateWatches {
  kube: Kube;
  /** Shows nothing that happens from now on. */
  hold(): void;
  /** Shows all of it. */
  show(): void;
}

export function lateWatches(kube: Kube, resource: string): LateWatches {
  let held = Promise.withResolvers<void>();
  held.resolve();
  return {
    hold() {
      held = Promise.withResolvers();
    },
    show: () => held.resolve(),
    kube: {
      server: kube.server,
      namespace: kube.namespace,
      user: kube.user,
      serverNowMs: () => kube.serverNowMs(),
      request: (request) => kube.request(request),
      close: () => kube.close(),
      async *watch(request) {
        const isLate = request.path.endsWith(`/${resource}`);
        for await (const event of kube.watch(request)) {
          if (isLate) await held.promise;
          yield event;
        }
      },
    },
  };
}
