import { isIP } from 'node:net';
import { generate, type SubjectAltNameEntry } from 'selfsigned';

/** A private key and its certificate, PEM. */
export type KeyPair = { key: string; cert: string };

const DAY_MS = 24 * 3_600_000;
const LIFETIME_MS = 90 * DAY_MS;

/** A certificate authority of the sandbox's own. */
export async function createAuthority(): Promise<KeyPair> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'rca-fleet sandbox CA' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 365 * DAY_MS),
    notAfterDate: new Date(Date.now() + 365 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key, cert };
}

const altName = (value: string): SubjectAltNameEntry => (isIP(value) ? { type: 7, ip: value } : { type: 2, value });

/** A server certificate for these names that ends at `validTo`, 90 days after it began. */
export async function issueCertificate(
  ca: KeyPair,
  { altNames, validTo }: { altNames: string[]; validTo: Date },
): Promise<KeyPair> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: altNames[0] }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(validTo.getTime() - LIFETIME_MS),
    notAfterDate: validTo,
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: altNames.map(altName) },
    ],
  });
  return { key, cert };
}
