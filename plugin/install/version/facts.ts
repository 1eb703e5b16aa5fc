import type { Trial } from '../apply/trial.ts';

export interface ClientFacts {
  version: string;
  /** Of Node: `v26.1.0`. */
  node: string;
  /** `linux/x64`. */
  platform: string;
  form: 'executable' | 'JavaScript';
}

/** Something that was looked for, or why it could not be. */
export type Seen<T> = { kind: 'seen'; value: T } | { kind: 'absent' } | { kind: 'unknown'; reason: string };

export interface DefinitionFacts {
  /** `zonedisruptionbudgets`. */
  plural: string;
  /** Of its label; undefined where something else than `kubectl zone install` has made it. */
  version: string | undefined;
  /** Fields that this client uses and the API server would drop, as paths: `spec.topologyKey`. */
  missingFields: readonly string[];
}

export interface DeploymentFacts {
  /** Of its label. */
  version: string | undefined;
  image: string;
  replicas: number;
  available: number;
}

/** Whether the API server asks the webhook about evictions, or only about trials. */
export type Guarding = 'guards' | 'trials';

export interface ServerFacts {
  kubernetes: { text: string; minor: number };
  definitions: readonly { plural: string; seen: Seen<DefinitionFacts> }[];
  deployment: Seen<DeploymentFacts>;
  /** How many pods of the webhook there are of each version, by their labels. */
  pods: Seen<Readonly<Record<string, number>>>;
  configuration: Seen<Guarding>;
  /** What an eviction meets: the word of the webhook itself. */
  trial: Trial;
}
