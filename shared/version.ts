/** Replaced with the version from package.json at build time. */
declare const KUBECTL_ZONE_VERSION: string | undefined;

export const VERSION = typeof KUBECTL_ZONE_VERSION === 'string' ? KUBECTL_ZONE_VERSION : '0.0.0-dev';
