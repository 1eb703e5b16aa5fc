import { generate } from 'selfsigned';

export interface KeyPair {
  /** PEM. */
  cert: string;
  /** PEM. */
  key: string;
}

export interface TestAuthority {
  /** PEM of the authority. */
  ca: string;
  /** A certificate for 127.0.0.1 and localhost. */
  server: KeyPair;
  /** A certificate for a user of that name. */
  client(commonName: string): Promise<KeyPair>;
}

const COMMON = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** Makes a certificate authority that exists only for a test. */
export async function testAuthority(): Promise<TestAuthority> {
  const authority = await generate([{ name: 'commonName', value: 'test authority' }], {
    ...COMMON,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const signed = async (commonName: string, server: boolean): Promise<KeyPair> => {
    const issued = await generate([{ name: 'commonName', value: commonName }], {
      ...COMMON,
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'extKeyUsage', serverAuth: server, clientAuth: !server },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 7, ip: '127.0.0.1' },
            { type: 2, value: 'localhost' },
          ],
        },
      ],
    });
    return { cert: issued.cert, key: issued.private };
  };
  return {
    ca: authority.cert,
    server: await signed('server', true),
    client: (commonName) => signed(commonName, false),
  };
}
