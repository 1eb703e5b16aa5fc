import type { Trial } from '../apply/trial.ts';

export interface ClientFacts {
  version: string;
  /** Of Node: `v26.1.0`. */
  node: string;
  /** `linux/x64`. */
  platform: string;
  form: 'executable' | 'JavaScript';
}

/** The result of a lookup, or why it was not possible. */
export type Seen<T> = { kind: 'seen'; value: T } | { kind: 'absent' } | { kind: 'unknown'; reason: string };

export interface DefinitionFacts {
  /** `zonedisruptionbudgets`. */
  plural: string;
  /** From its label; undefined if it was not created by `kubectl zone install`. */
  version: string | undefined;
  /** Fields that this client uses and the API server would drop, as paths: `spec.topologyKey`. */
  missingFields: readonly string[];
}

export interface DeploymentFacts {
  /** From its label. */
  version: string | undefined;
  image: string;
  replicas: number;
  available: number;
}

/** Whether the API server calls the webhook for all evictions, or only for trials. */
export type WebhookScope = 'guards' | 'trials';

export interface ServerFacts {
  kubernetes: { text: string; minor: number };
  definitions: readonly { plural: string; seen: Seen<DefinitionFacts> }[];
  deployment: Seen<DeploymentFacts>;
  /** The number of webhook pods by version, from their labels. */
  pods: Seen<Readonly<Record<string, number>>>;
  configuration: Seen<WebhookScope>;
  /** What the webhook itself answers to an eviction. */
  trial: Trial;
}
