import { parseHostPort } from './names.ts';

/** An alert that asks how long a certificate still holds; a private issuer does not answer it. */
export const SPEAKS_OF_EXPIRY = /expir|renew|validity|days? (?:left|remaining)/i;

/**
 * What programs say of a certificate whose time has not begun: OpenSSL and all that use it, Node, Java, rustls, GnuTLS, and Go, which
 * says `has expired or is not yet valid` of both and tells them apart by `is before` and `is after` only.
 */
export const NOT_YET_VALID =
  /(?:certificate|x509)\b[^\n]{0,80}(?<!expired or (?:is )?)\bnot (?:yet valid|valid yet|yet activated)|CERT(?:IFICATE)?_NOT_YET_VALID|CertificateNotYetValid|invalid peer certificate: NotValidYet|expired or (?:is )?not yet valid: current time \S{1,40} is before /i;

const HOST = `["'\`]?(?:https?://)?(?<host>[A-Za-z0-9._-]{1,253})(?::(?<port>\\d{1,5}))?`;

export const IS_NOT_YET_VALID = 'is not valid yet';

/** What clients write when they refuse a certificate (OpenSSL, Go, Java, Node, curl). */
export const REFUSALS: readonly { pattern: RegExp; says: string }[] = [
  { pattern: NOT_YET_VALID, says: IS_NOT_YET_VALID },
  {
    pattern:
      /CERT(?:IFICATE)?_(?:HAS_)?EXPIRED|certificate (?:has |is )?expired|expired certificate|CertificateExpiredException/i,
    says: 'has expired',
  },
  {
    pattern:
      /ALTNAME_INVALID|does not match certificate'?s altnames|certificate is valid for [^\n]{1,120}, not |No subject alternative (?:DNS )?name|hostname mismatch/i,
    says: 'is made out to another host',
  },
  {
    pattern:
      /certificate signed by unknown authority|PKIX path building failed|self[- ]signed certificate|unable to get local issuer|UNABLE_TO_VERIFY_LEAF|certificate verify failed/i,
    says: 'cannot be traced to a trusted root',
  },
];

/** A peer that refuses the certificate says so by an alert (RFC 8446, 6.2): then it is the own one that is at fault. */
export const TOLD_BY_PEER =
  /remote error|alert received|received (?:fatal )?alert|fatal alert|ssl(?:v3)?[ _]alert|alert number \d/i;

const REFUSED_HOST = [
  new RegExp(`\\b(?:Get|Post|Put|Head|Delete|Patch|GET|POST|PUT|HEAD|DELETE|PATCH|CONNECT) ${HOST}`),
  new RegExp(`(?:Host: |\\bhost=|connecting to |connect to |\\bfor |request to )${HOST}`),
];

/** The host whose certificate a line says was refused; null where it names none with a dot. */
export function refusedHost(body: string): { host: string; port: string | null } | null {
  for (const pattern of REFUSED_HOST) {
    const { host, port } = pattern.exec(body)?.groups ?? {};
    const found = host?.includes('.') ? parseHostPort(port ? `${host}:${port}` : host) : null;
    if (found) return found;
  }
  return null;
}
