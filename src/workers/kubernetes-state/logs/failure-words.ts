import { countsNone } from '../../detectors/support/work-words.ts';
import { CALL_FAILURES } from './call-failures.ts';
import type { FailureKind } from './failure-kind.ts';
import { LOGIN_REFUSALS } from './login-refusals.ts';
import { MISSING_SETTING } from './missing-settings.ts';
import { PLATFORM_FAILURES } from './platform-failures.ts';
import { STORE_REFUSALS } from './store-refusals.ts';
import { STORE_TROUBLES } from './store-troubles.ts';

/** The kinds in the order in which they are tried: a line is of the first kind that it matches. */
export const FAILURE_KINDS: readonly FailureKind[] = [
  MISSING_SETTING,
  ...LOGIN_REFUSALS,
  ...STORE_REFUSALS,
  ...STORE_TROUBLES,
  ...PLATFORM_FAILURES,
  ...CALL_FAILURES,
];

/** Words (and the numbers of pino and bunyan) by which a line says itself that something went wrong. */
export const LEVEL_WORDS: readonly { pattern: RegExp; weight: number }[] = [
  {
    pattern:
      /\b(?:FATAL|PANIC|CRITICAL|EMERG(?:ENCY)?|ALERT)\b|\bpanic:|^F\d{4}|"level":\s?"(?:fatal|panic|critical)"|level=(?:fatal|panic|critical)|npm ERR!|\bcritical:|^\s*crit: |"level":\s?60\b|\bPNC\b|panicked at|Segmentation fault|core dumped/,
    weight: 1,
  },
  {
    pattern:
      /\bERROR\b|\bERR\b|\bSEVERE\b|^E\d{4}|"level":\s?"error"|level=error|\[error\]|\berror:|Error:|Exception\b|Exception in thread|Traceback|^error |^\s*fail: |Caused by:|Unhandled exception|"severity":\s?"error"|"level":\s?50\b/i,
    weight: 0.85,
  },
  {
    pattern:
      /\b(?:fail(?:ed|ure|s|ing)?|cannot|can't|could not|couldn't|unable to|denied|refused|rejected|aborted|crash(?:ed|ing)?|exceeded|invalid|unavailable|missing|expired|not found|undefined)\b/i,
    weight: 0.6,
  },
  { pattern: /\bWARN(?:ING)?\b|level=warn|"level":\s?(?:"warn|40\b)/i, weight: 0.35 },
];

/** Lines that only sound like trouble; PostgreSQL misses a role "root" whenever a probe asks it without a user. */
const HARMLESS =
  /error[_-]?(?:handler|page|log|rate|count|reporting)\b(?!.{0,40}(?:exceed|high))|\bdefault error\b|npm info it worked|previous terminated container|errors?\.log\b|ignore errors|This is a development server|deprecat|reconnected|recovered|succeeded after|retry succeeded|alarm (?:is )?(?:cleared|off)|LOG: +(?:could not (?:receive|send) data (?:from|to) client|unexpected EOF on client|incomplete startup packet|invalid length of startup packet)|TLS handshake error from \S+ (?:EOF|tls: client offered only unsupported versions|tls: no cipher suite supported|read tcp \S+ (?:i\/o timeout|read: connection reset))|client (?:unexpectedly closed|prematurely closed|closed (?:keepalive )?connection|disconnected)|Got an error reading communication packets|Aborted connection \d+|context canceled|overcommit_memory|no config file specified|IP address '[^']+' could not be resolved|was not properly shut down; automatic recovery|role "root" does not exist|favicon\.ico|robots\.txt|invalid login attempt|stream ID \d+; CANCEL|reflector\.go:\d+\] watch of|^Asking node \S+ to report|reported no (?:local )?alarms|no latency spike was observed/i;

/** Failures that are counted, and there are some: `errors=3 failed=0`. */
const SOME_OF_IT =
  /\b(?:errors?|failures?|failed|exceptions?)["']?\s?[=:]\s?["']?[1-9]|\b[1-9]\d*,? (?:errors|failures|failed|exceptions)\b/i;

/** True for a line that only sounds like trouble. */
export const isHarmless = (line: string): boolean =>
  HARMLESS.test(line) || (countsNone(line) && !SOME_OF_IT.test(line));

/** What a shop refuses its customers, and a bank theirs, is its business. */
export const BUSINESS =
  /insufficient[_ ]funds|(?:stolen|lost|expired|pickup|restricted)_card|incorrect_(?:cvc|cvv|pin|number|zip)|card_(?:declined|not_supported|velocity_exceeded)|\bdo_not_honor\b|\b(?:Payment|Card|Transaction)Declined|\b(?:Cvc|Cvv|Pin)Mismatch|\bissuer (?:said|answered|declined|refused)\b|\b(?:OutOfStock|SoldOut|(?:Coupon|Voucher|Promo\w{0,8})(?:Expired|Invalid|Used|NotFound)|(?:Expired|Invalid|Used)(?:Coupon|Voucher|Promo)|(?:Above|Over)Order(?:Limit|Maximum)|BelowMinimumOrder|AgeRestricted|AddressNotServed)|\b(?:payment|card|transaction)\b.{0,30}\bdeclined\b|declined by (?:the )?(?:\w+'s )?(?:issuer|bank)|\binvalid (?:coupon|voucher|promo\w*)|\bout of stock\b/i;

/** Statements that somebody typed: the client's name beside an error in the log of a database. */
export const BY_HAND =
  /(?:application_name["=: ]{1,4}|\[|\bapp=)(?:psql|pgAdmin\b|DBeaver|DataGrip|pgcli|mongosh|mysql ?workbench|Navicat|Beekeeper)/i;

/** Lines whose own level says that they only inform. */
export const INFORMS =
  /\b(?:INFO|DEBUG|TRACE|NOTICE|VERBOSE)\b|level=(?:info|debug)|"(?:level|lvl|severity|log\.level|l)":\s?(?:"(?:info|information|debug)"|[123]0\b)|\[(?:info|debug|notice)\]|^[ID]\d{4}\b|^\[[\d:.]+ (?:INF|DBG|VRB)\]|^\S{8,40} (?:INF|DBG|TRC) /;
