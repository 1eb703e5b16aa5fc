import { generate } from 'selfsigned';

export interface Certificates {
  /** PEM of the CA that clients must trust. */
  ca: string;
  /** PEM of the server's certificate and its key. */
  cert: string;
  key: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Creates a certificate authority and a server certificate for 127.0.0.1 and localhost, both valid for a year. */
export async function makeCertificates(): Promise<Certificates> {
  const common = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + 365 * DAY_MS),
  } as const;
  const ca = await generate([{ name: 'commonName', value: 'sandbox-ca' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'sandbox' }], {
    ...common,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  return { ca: ca.cert, cert: server.cert, key: server.private };
}
