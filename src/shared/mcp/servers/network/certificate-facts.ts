import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { checkServerIdentity } from 'node:tls';
import type { CapabilityOutput } from '../../capabilities.ts';

type CertificateOutput = CapabilityOutput<'certificate.check'>;
export type CertificateFacts = Pick<
  CertificateOutput,
  | 'subject'
  | 'issuer'
  | 'altNames'
  | 'validFrom'
  | 'validTo'
  | 'hoursLeft'
  | 'selfSigned'
  | 'chainTrusted'
  | 'hostnameMatches'
>;

/** What stands in the place of the facts where no certificate was seen. */
export const NO_CERTIFICATE: CertificateFacts = {
  subject: null,
  issuer: null,
  altNames: [],
  validFrom: null,
  validTo: null,
  hoursLeft: null,
  selfSigned: null,
  chainTrusted: null,
  hostnameMatches: null,
};

/** The two verification errors that speak of time only and hide what OpenSSL thinks of the chain. */
const TIME_ERRORS = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const HOUR_MS = 3_600_000;

/** The facts of a certificate as of `now` (epoch ms); `chainError` is OpenSSL's word on the chain, null when it trusts it. */
export function certificateFacts(
  certificate: DetailedPeerCertificate,
  { serverName, chainError, now }: { serverName: string; chainError: string | null; now: number },
): CertificateFacts {
  const validTo = new Date(certificate.valid_to);
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    altNames: altNamesOf(certificate),
    validFrom: new Date(certificate.valid_from).toISOString(),
    validTo: validTo.toISOString(),
    hoursLeft: Math.round(((validTo.getTime() - now) / HOUR_MS) * 100) / 100,
    selfSigned: certificate.issuerCertificate?.fingerprint256 === certificate.fingerprint256,
    chainTrusted: chainError !== null && TIME_ERRORS.has(chainError) ? null : chainError === null,
    hostnameMatches: checkServerIdentity(serverName, certificate) === undefined,
  };
}

/** The subjects from the server's certificate up to the last one that was sent or found. */
export function chainOf(certificate: DetailedPeerCertificate): string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  let current: DetailedPeerCertificate | undefined = certificate;
  while (current && !seen.has(current.fingerprint256)) {
    seen.add(current.fingerprint256);
    names.push(distinguishedName(current.subject));
    current = current.issuerCertificate;
  }
  return names;
}

function distinguishedName(name: PeerCertificate['subject']): string {
  return Object.entries(name ?? {})
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('+') : value}`)
    .join(', ');
}

function altNamesOf({ subjectaltname }: PeerCertificate): string[] {
  const entries = subjectaltname?.split(', ') ?? [];
  return entries.map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
}
