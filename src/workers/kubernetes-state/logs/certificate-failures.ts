import { NOT_YET_VALID } from '../../detectors/support/certificate-words.ts';
import type { FailureKind } from './failure-kind.ts';

/** What is said of a certificate whose time has not begun, of one whose time is over, and of any other that is refused. */
export const CERTIFICATE_FAILURES: readonly FailureKind[] = [
  {
    name: 'certificate-not-yet-valid',
    class: 'network',
    meaning: 'a TLS/SSL certificate is not valid yet: its time has not begun, or the clock of who checks it is behind',
    pattern: NOT_YET_VALID,
    weight: 1,
  },
  {
    name: 'certificate-expired',
    class: 'network',
    meaning: 'a TLS/SSL certificate has expired',
    pattern:
      /certificate (?:has )?expired|expired certificate|CERT_HAS_EXPIRED|NotTimeValid|ssl certificate expired|CertificateExpiredException|NotAfter: |invalid peer certificate: Expired/i,
    weight: 1,
  },
  {
    name: 'certificate',
    class: 'network',
    meaning: 'a TLS/SSL certificate is not valid',
    pattern:
      /certificate (?:has )?expired|expired certificate|certificate is not (?:yet )?valid|x509: |certificate verify failed|CERT_HAS_EXPIRED|self[- ]signed certificate|unable to (?:verify|get local issuer)|PKIX path|ssl certificate (?:expired|problem|error)|SSLHandshake|tls: (?:bad|failed|handshake|unknown)|certificate signed by unknown|hostname.{0,40}doesn't match|ERR_TLS_CERT|does not match certificate's altnames|remote certificate (?:is|was) (?:invalid|rejected)|UntrustedRoot|RemoteCertificate(?:Name|Chain)|SSLPeerUnverified|Certificate(?:Expired|NotYetValid)Exception|invalid peer certificate|CERTIFICATE_VERIFY_FAILED/i,
    weight: 1,
  },
];
