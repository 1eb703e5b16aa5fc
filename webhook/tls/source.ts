import type { KeyPair } from './issue.ts';

/** What is served, and what the API server must trust. */
export interface Served {
  server: KeyPair;
  /** PEM of the CAs for the caBundle; undefined if another tool sets it. */
  caBundle: string | undefined;
  /**
   * The last segment of the paths in the webhook configurations, which identifies the API server; undefined for none.
   */
  token: string | undefined;
}

/** The source of the certificates, followed while the webhook runs. */
export interface TlsSource {
  readonly current: Served;
  onChange(listener: (served: Served) => void): void;
  stop(): Promise<void>;
}
