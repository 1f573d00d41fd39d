import type { FailureKind } from './failure-kind.ts';

/** A name as variables of the environment have it; one word alone may be anything. */
const VARIABLE = '[A-Z][A-Z0-9]{1,40}(?:_[A-Z0-9]{1,40}){1,8}';
const ANY_NAME = String.raw`[A-Za-z][\w.-]{2,80}\w`;
const QUOTE = '["\'`]?';
const LACKS = `(?:not (?:set|defined|configured|provided|specified|present|given)|unset|undefined|missing|empty|absent|null)`;
const OF_ENVIRONMENT = `(?:(?:required|mandatory) )?(?:env(?:ironment)?(?:[- ]var(?:iable)?s?)?|config(?:uration)?(?: (?:key|value|entry|option|setting|property|parameter))?|settings?|propert(?:y|ies)|placeholder)`;

/** How programs and frameworks write which setting they miss; the first group is its name. */
const NAMED: readonly RegExp[] = [
  // CARRIER_URL is not set; `CARRIER_URL` must be set; CARRIER_URL: undefined
  new RegExp(
    String.raw`(?<![\w.-])(${VARIABLE})${QUOTE}(?: (?:environment )?variable)?(?:[:=]? (?:is |are |was |has )?(?:still )?${LACKS}\b| (?:must|has to|needs to|should) be (?:set|provided|defined|specified|configured)\b| (?:is )?required but\b)`,
  ),
  // missing environment variable CARRIER_URL; required config key "carrier.url" is not set
  new RegExp(
    String.raw`\b(?:missing|undefined|unset|no value for) (?:the )?${OF_ENVIRONMENT}:? ${QUOTE}(${ANY_NAME})`,
    'i',
  ),
  new RegExp(
    String.raw`\b${OF_ENVIRONMENT} ${QUOTE}(${ANY_NAME})${QUOTE} (?:(?:is|was|has|must|should) )?(?:not be )?(?:${LACKS}|required|be set)\b`,
    'i',
  ),
  // Python, Ruby, Go's envconfig, Spring, .NET
  new RegExp(String.raw`\bKeyError: ['"](${VARIABLE})['"]`),
  new RegExp(String.raw`\bkey not found: "(${VARIABLE})"`),
  new RegExp(String.raw`\brequired key (${VARIABLE}) missing value`),
  /Could not resolve placeholder '([\w.-]{1,120})/,
  /\b[Cc]onnection string '([\w.-]{1,80})' (?:was )?not found/,
  // The shell, compose
  new RegExp(String.raw`\b(${VARIABLE}): (?:parameter (?:null or not set|not set)|unbound variable)`),
  new RegExp(String.raw`The "?(${VARIABLE})"? variable is not set\. Defaulting to a blank`),
  new RegExp(
    String.raw`\b(?:please|you must|need to|forgot to) (?:set|define|provide|specify|export) (?:the )?${QUOTE}(${VARIABLE})`,
    'i',
  ),
];

/** An address that was put together from a value that is not there: `undefined/v1`, `http://null:8080`, one without a scheme or host. */
const BROKEN_ADDRESS =
  /(?:(?:^|[\s"'(=[<])|:\/\/)(?:undefined|null|None|nil|%!s\(<nil>\))(?:[/:]\w|\/["')\s])|unsupported protocol scheme ""|Invalid URL '\/?[^']{0,200}': No scheme supplied|MalformedURLException: no protocol: (?:null|undefined|\/)|\bURI is not absolute\b|\bOnly absolute URLs are supported|\bENOTFOUND (?:undefined|null)\b/;
/** Words beside such an address by which it is one that the program itself asked. */
const OF_ADDRESS =
  /\bURL|\bURI|:\/\/|\bfetch|\bconnect|\brequest to\b|\bENOTFOUND\b|\bprotocol\b|\bhost(?:name)?\b|\bendpoint\b/i;

/** Settings that a program says it does well without. */
const DOES_WITHOUT =
  /\b(?:using|use|uses|assum\w+|fall(?:s|ing)? ?back|default(?:s|ing)? to (?!a? ?(?:blank|empty|null))|disabled?|disabling|skip\w*|ignor\w*|optional|continu\w+ without|no-?op)\b/i;

/** Words of which every such line has one. */
const MAY_TELL =
  /\b(?:not (?:set|defined|configured|provided|specified|present|given|found|absolute)|unset|undefined|missing|empty|absent|null|none|nil|must|should|has to|needs? to|required|KeyError|placeholder|unbound|please|you must|forgot|no (?:value|scheme|protocol)|scheme|absolute URLs)\b/i;

/** The name of the setting that a line says is missing; null where it names none. */
export function settingIn(line: string): string | null {
  if (DOES_WITHOUT.test(line)) return null;
  for (const pattern of NAMED) {
    const found = pattern.exec(line)?.[1];
    if (found) return found;
  }
  return null;
}

/** What it means that a setting is missing, with its name where it is known. */
export const missingMeaning = (setting: string | null): string =>
  setting ? `its setting ${setting} is not set (missing)` : 'a setting that it needs is not set (missing)';

/** A program's own word that a setting is missing, or an address in which one is. */
export const MISSING_SETTING: FailureKind = {
  name: 'configuration',
  class: 'application',
  meaning: missingMeaning(null),
  pattern: MAY_TELL,
  weight: 0.95,
  holds: (line) => settingIn(line) !== null || (BROKEN_ADDRESS.test(line) && OF_ADDRESS.test(line)),
};

/** Parts of names that say what a setting is, and not of whom. */
const GENERAL =
  /^(?:url|uri|urls|host|hosts|addr|address|port|key|token|secret|password|user|name|id|path|dsn|api|app|base|the|endpoint|region|bucket|timeout|config|file|dir|env|mode|level|default|public|private|service|server|client|database|connection)$/i;
/** What is left of a value that was never there. */
const NOTHING_THERE =
  /\bundefined\b|\bnull\b|\bNone(?:Type)?\b|\bnil\b|NullPointer|NullReference|is not a function|is not iterable/;

/** True where an error (its line and what stands below it) is what the missing setting leads to: it meets what is not there, or speaks of the same. */
export function comesOf(setting: string, error: readonly string[]): boolean {
  const text = error.join('\n').slice(0, 6000);
  const parts = setting.split(/[_.-]|(?<=[a-z])(?=[A-Z])/).filter((part) => part.length >= 4 && !GENERAL.test(part));
  const told = text.toLowerCase();
  return parts.some((part) => told.includes(part.toLowerCase())) || (NOTHING_THERE.test(text) && parts.length === 0);
}
