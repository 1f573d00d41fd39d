import type { FailurePattern } from './failure-lines.ts';

/** How a connection failed. */
export type ConnectionFailureKind = 'refused' | 'reset' | 'timeout' | 'unroutable';

const HOST = '["\'`\\[]?(?:https?://)?(?<host>[A-Za-z0-9][A-Za-z0-9._-]{0,252})["\'`\\]]?';
const PEER = `${HOST}(?:/[0-9.]{7,15})?:(?<port>\\d{1,5})`;
const GO_ERROR: Record<ConnectionFailureKind, string> = {
  refused: 'connect: connection refused',
  reset: 'read: connection reset by peer',
  timeout: 'i/o timeout',
  unroutable: 'connect: (?:no route to host|network is unreachable)',
};

const peer = (
  kind: ConnectionFailureKind,
  before: string,
  after = '',
  flags = 'i',
): FailurePattern<ConnectionFailureKind> => ({
  kind,
  pattern: new RegExp(`${before}${PEER}${after}`, flags),
});
const kinds = Object.keys(GO_ERROR) as ConnectionFailureKind[];

/** How Node, Go, Java, PostgreSQL clients, nginx, Envoy, Python, curl and others tell of a failed connection. */
export const CONNECTION_FAILURES: readonly FailurePattern<ConnectionFailureKind>[] = [
  peer('refused', '(?:connect )?ECONNREFUSED '),
  peer('reset', '(?:read |write )?ECONNRESET '),
  peer('timeout', '(?:connect )?ETIMEDOUT '),
  peer('unroutable', '(?:connect )?E(?:HOST|NET)UNREACH '),
  ...kinds.map((kind) => peer(kind, '(?:dial|read|write) tcp (?:[0-9.:\\[\\]a-f]{3,50}->)?', `: ${GO_ERROR[kind]}`)),
  {
    kind: 'refused',
    pattern: new RegExp(
      `connection to server at ${HOST}(?: \\([^)]{1,60}\\))?, port (?<port>\\d{1,5}) failed: Connection refused`,
      'i',
    ),
  },
  {
    kind: 'timeout',
    pattern: new RegExp(
      `connection to server at ${HOST}(?: \\([^)]{1,60}\\))?, port (?<port>\\d{1,5}) failed: (?:Connection timed out|timeout)`,
      'i',
    ),
  },
  {
    kind: 'refused',
    pattern: new RegExp(
      `could not connect to server: Connection refused[\\s\\S]{0,80}on host ${HOST}[\\s\\S]{0,60}port (?<port>\\d{1,5})`,
      'i',
    ),
  },
  peer('refused', 'Connection to ', ' refused'),
  peer('refused', 'Connect(?:ion)? to ', '[^\\n]{0,120}?(?:connection refused|failed: Connection refused)'),
  peer('timeout', 'Connect(?:ion)? to ', '[^\\n]{0,120}?(?:timed out)'),
  peer('refused', 'Connection refused: (?:no further information: )?/?'),
  peer('timeout', 'connect(?:ion)? timed out: /?'),
  {
    kind: 'refused',
    pattern:
      /Connection refused\)[^\n]{0,200}?upstream: "[a-z]{4,7}:\/\/(?<host>[A-Za-z0-9._-]{1,253}):(?<port>\d{1,5})/i,
  },
  {
    kind: 'timeout',
    pattern: /timed out\)[^\n]{0,200}?upstream: "[a-z]{4,7}:\/\/(?<host>[A-Za-z0-9._-]{1,253}):(?<port>\d{1,5})/i,
  },
  { kind: 'refused', pattern: /host='(?<host>[\w.-]{1,253})', port=(?<port>\d{1,5})[^\n]{0,300}?Connection refused/ },
  { kind: 'timeout', pattern: /host='(?<host>[\w.-]{1,253})', port=(?<port>\d{1,5})[^\n]{0,300}?timed out/ },
  {
    kind: 'refused',
    pattern:
      /Failed to connect to (?<host>[\w.-]{1,253}) port (?<port>\d{1,5})[^\n]{0,80}?(?:refused|Couldn't connect)/i,
  },
  {
    kind: 'refused',
    pattern: /ECONNREFUSED|connection refused|remote connection failure|reset reason: connection failure/i,
  },
  {
    kind: 'reset',
    pattern: /ECONNRESET|connection reset by peer|socket hang up|Connection reset\b|upstream prematurely closed/i,
  },
  { kind: 'unroutable', pattern: /no route to host|EHOSTUNREACH|ENETUNREACH|network is unreachable/i },
  {
    kind: 'timeout',
    pattern: /\bETIMEDOUT\b|connect(?:ion)? timed out|connection timeout|Communications link failure/i,
  },
];
