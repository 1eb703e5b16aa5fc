/** The data of one release for a krew manifest. */
export interface Release {
  /** A semantic version without the leading `v`. */
  version: string;
  /** The plugin's website. */
  homepage: string;
  /** The URL of the directory with the archives, without a trailing slash. */
  downloadsUrl: string;
  /** The SHA-256 of each archive, in hexadecimal, by the archive's file name. */
  checksums: ReadonlyMap<string, string>;
}

/**
 * Fills in a manifest's template. Its placeholders are `{{version}}`, `{{homepage}}`, and for an archive, such as that of the
 * variant `linux_amd64`, `{{uri VARIANT}}` and `{{sha256 VARIANT}}`.
 *
 * krew's fields are described at https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/.
 *
 * @returns the manifest, as YAML
 * @throws Error that names what is missing in the release or unknown in the template
 */
export function krewManifest(template: string, release: Release): string {
  checkVersion(release.version);
  checkUrl(release.homepage);
  checkUrl(release.downloadsUrl);
  return template.replaceAll(PLACEHOLDER, (placeholder, word: string, variant?: string) => {
    const value = textFor(word, variant, release);
    if (value === undefined) throw new Error(`unknown placeholder in the template: ${placeholder}`);
    return value;
  });
}

/**
 * The archives that a template uses.
 *
 * @returns file names, each once, in the template's order
 */
export function archivesIn(template: string, version: string): string[] {
  const variants = [...template.matchAll(PLACEHOLDER)].flatMap(([, , variant]) => variant ?? []);
  return [...new Set(variants)].map((variant) => archiveName(version, variant));
}

/** The file name of a release's archive. */
export function archiveName(version: string, variant: string): string {
  return `kubectl-zone_v${version}_${variant}.tar.gz`;
}

/** The URL of release files on GitHub and compatible services. */
export function downloadsUrlOf(homepage: string, version: string): string {
  return `${homepage.replace(/\/+$/, '')}/releases/download/v${version}`;
}

const PLACEHOLDER = /\{\{\s*(\w+)(?:\s+(\w+))?\s*\}\}/g;

function textFor(word: string, variant: string | undefined, release: Release): string | undefined {
  if (variant === undefined) {
    if (word === 'version') return release.version;
    return word === 'homepage' ? release.homepage : undefined;
  }
  const name = archiveName(release.version, variant);
  if (word === 'uri') return `${release.downloadsUrl}/${name}`;
  return word === 'sha256' ? checksumOf(name, release.checksums) : undefined;
}

function checksumOf(name: string, checksums: Release['checksums']): string {
  const checksum = checksums.get(name);
  if (checksum === undefined) throw new Error(`the release has no ${name}`);
  if (!/^[0-9a-f]{64}$/.test(checksum)) throw new Error(`not a SHA-256, of ${name}: ${checksum}`);
  return checksum;
}

/** https://semver.org; krew adds a leading `v` and refuses everything else. */
const SEMANTIC_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

function checkVersion(version: string): void {
  if (!SEMANTIC_VERSION.test(version)) throw new Error(`not a semantic version without "v": ${version}`);
}

/** krew only downloads over HTTP. A valid URL contains no character that would end a quoted YAML string. */
function checkUrl(url: string): void {
  if (!URL.canParse(url) || !/^https?:\/\/[^\s"'\\]+$/.test(url))
    throw new Error(`not an HTTP address: ${url}`);
}
