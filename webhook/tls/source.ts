import type { KeyPair } from './issue.ts';

/** What is served, and what the API server shall trust. */
export interface Served {
  server: KeyPair;
  /** PEM of the CAs for the caBundle; undefined where somebody else sets it. */
  caBundle: string | undefined;
  /** What the paths in the webhook configurations end with, so that the API server is known; undefined for none. */
  token: string | undefined;
}

/** Where certificates come from, followed while the webhook runs. */
export interface TlsSource {
  readonly current: Served;
  onChange(listener: (served: Served) => void): void;
  stop(): Promise<void>;
}
