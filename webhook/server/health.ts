import { Hono } from 'hono';
import type { Metrics } from '../telemetry/metrics.ts';

/** Why the webhook is not ready, as sentences; empty if it is. */
export type NotReady = () => readonly string[];

/** `/healthz`, `/readyz` and `/metrics`, over plain HTTP on a separate port. */
export function createHealthApp(notReady: NotReady, metrics: Metrics): Hono {
  const app = new Hono();
  app.get('/healthz', (context) => context.text('ok'));
  app.get('/readyz', (context) => {
    const reasons = notReady();
    return reasons.length === 0 ? context.text('ok') : context.text(`${reasons.join('\n')}\n`, 503);
  });
  app.get('/metrics', async (context) => {
    const { text, contentType } = await metrics.expose();
    return context.body(text, 200, { 'content-type': contentType });
  });
  return app;
}
