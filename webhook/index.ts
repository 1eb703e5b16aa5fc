/** The webhook's process: reads the configuration from flags and environment, and stops on SIGTERM. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../shared/clock.ts';
import { connect } from '../shared/kube/connect.ts';
import { VERSION } from '../shared/version.ts';
import { ConfigError, readConfig } from './config.ts';
import { runWebhook } from './start.ts';
import { createLog, messageOf } from './telemetry/log.ts';

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env, randomUUID().slice(0, 8));
  const log = createLog(config.logLevel);
  log.info({ version: VERSION, identity: config.identity }, 'kubectl-zone webhook');
  // Otherwise one object or request could crash all replicas repeatedly and block all evictions. An eviction whose
  // decision failed is denied at its deadline.
  process.on('unhandledRejection', (error) =>
    log.error(
      { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined },
      'unexpected',
    ),
  );
  const surroundings = { clock: systemClock, random: Math.random };
  const kube = await connect(
    { kubeconfig: config.kubeconfig },
    { ...surroundings, env: process.env, stderr: process.stderr, interactive: false, version: VERSION },
  );
  const webhook = await runWebhook(config, { ...surroundings, kube, log });
  const asked = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => asked.resolve());
  await asked.promise;
  await webhook.stop();
  await kube.close();
  log.info({}, 'ended');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? 'usage' : 'error'}: ${messageOf(error)}\n`);
  // Watches and timers of a partly started webhook would keep the process alive.
  process.exit(error instanceof ConfigError ? 2 : 1);
}
