/** Replaced by the version in package.json when the plugin is bundled. */
declare const KUBECTL_ZONE_VERSION: string | undefined;

export const VERSION = typeof KUBECTL_ZONE_VERSION === 'string' ? KUBECTL_ZONE_VERSION : '0.0.0-dev';
