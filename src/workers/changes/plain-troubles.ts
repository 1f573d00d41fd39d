import type { AlertClass } from '../../shared/alert.ts';
import { NOT_YET_VALID } from '../detectors/support/certificate-words.ts';

/** How clusters, clouds, hypervisors and those who fence machines say that one of them is gone, as opposed to a program on it. */
const LOST_MACHINE =
  /\bNodeNotReady\b|\bNodeStatusUnknown\b|\bkubelet stopped posting\b|node\.kubernetes\.io\/(?:unreachable|not-ready)\b|\bnode (?:\S+ )?(?:is (?:now )?)?(?:lost|unreachable)\b|\bnode\b.{0,60}\bheartbeat (?:missed|lost)\b|\b(?:instance|system) status checks? (?:has |have )?failed\b|\bStatusCheckFailed\b|\b(?:instance|machine|vm|node)\b.{0,60}\bimpaired\b|\b(?:instance|machine|vm|host|hypervisor|node)\b.{0,60}\b(?:(?:lost|loss of) power|(?:host|hardware) failure|kernel panic)\b|\bloss of power on\b|\b(?:compute\.instances\.)?hostError\b|\bstonith\b|\bfenced? node\b|\bEventMemberFailed\b/i;

/** What kind of thing, other than a change of a program, explains a trouble. */
export type CauseKind =
  | 'external'
  | 'demand'
  | 'node'
  | 'data'
  | 'expired'
  | 'storage'
  | 'platform'
  | 'quota'
  | 'numbers'
  | 'upkeep'
  | 'held';

type PlainTrouble = {
  kind: CauseKind;
  class: AlertClass;
  words: RegExp;
  what: string;
  /** True for what explains only what begins about when it is said. */
  isNear?: boolean;
};

/** Words by which programs and platforms name troubles that nobody deployed, the plainest first. */
export const PLAIN_TROUBLES: readonly PlainTrouble[] = [
  { kind: 'expired', class: 'network', what: 'A certificate is not valid yet', words: NOT_YET_VALID },
  {
    kind: 'expired',
    class: 'network',
    what: 'A certificate has expired',
    words:
      /\b(?:certificate|x509|tls|ssl)(?:_|\b.{0,80}?(?:\b|_))expired\b|CertificateExpired|CERT_(?:HAS_EXPIRED|DATE_INVALID)|\bcert\w*\b.{0,60}\bNotAfter\b|certificate is not valid (?:after|any ?more)/i,
  },
  {
    kind: 'storage',
    class: 'resource',
    what: 'A disk is full',
    words: /\bno space left\b|\bdisk (?:is )?full\b|\bENOSPC\b|\bdisk quota\b/i,
  },
  {
    kind: 'quota',
    class: 'resource',
    what: 'What a machine or volume may do beyond its baseline is used up',
    words:
      /\b(?:burst|cpu|i\/?o|ebs)[ _-]?(?:balance|credits?)\b.{0,60}\b(?:exhausted|depleted|used up|empty|ran out|at 0)|\b(?:limited|throttled|capped) to (?:its |the )?baseline\b/i,
  },
  {
    kind: 'numbers',
    class: 'database',
    what: 'A sequence or a column of ids has no number left',
    words:
      /reached (?:maximum|minimum) value of sequence|\bsequence\b.{0,80}(?:exhausted|overflow|exceeds|goes (?:above|below))|nextval.{0,60}(?:maximum|exceed|out of range)|ORA-08004|duplicate entry '(?:127|255|32767|65535|8388607|16777215|2147483647|4294967295|9223372036854775807)' for key|converting IDENTITY|failed to read auto-?increment|auto-?increment.{0,60}(?:exhaust|overflow|maximum|out of range)|\bserial\b.{0,40}(?:exhaust|overflow)|out of range value for column ['"`]?\w*id\b/i,
  },
  {
    kind: 'storage',
    class: 'infrastructure',
    what: 'A disk fails',
    words:
      /\bread-only file ?system\b|\bI\/O error\b|\bbad (?:sector|block)\b|\bvolume (?:is )?(?:degraded|detached)\b/i,
  },
  {
    kind: 'platform',
    class: 'database',
    what: 'A database server was failed over or lost its host',
    words:
      /\b(?:writer|primary|master|standby|replica set|db|database|rds|aurora|multi-az)\b.{0,80}\b(?:fail(?:ed|ing)?[ -]?over|became (?:unresponsive|unreachable|unhealthy)|underlying host|host failure|stepp(?:ed|ing) down|was demoted)\b/i,
  },
  {
    kind: 'platform',
    class: 'infrastructure',
    what: 'A machine (node, host) is down or cannot be reached',
    isNear: true,
    words: LOST_MACHINE,
  },
  {
    kind: 'platform',
    class: 'infrastructure',
    what: 'The platform failed over or lost a machine',
    words:
      /\b(?:fail(?:ed|ing)?[ -]?over (?:to|from|started|completed)|promot\w+ (?:to primary|replica)|preempt\w*|spot (?:instance )?(?:interruption|reclaim\w*)|availability zone|zone outage|hardware (?:failure|error)|node (?:\S+ )?(?:is )?not ?ready|maintenance (?:event|window))\b/i,
  },
  {
    kind: 'quota',
    class: 'resource',
    what: 'A quota of an account is used up',
    words:
      /\b(?:quota|account limit|monthly limit|daily limit|plan limit)\b.{0,60}\b(?:exceeded|reached|exhausted|used up)\b/i,
  },
];
