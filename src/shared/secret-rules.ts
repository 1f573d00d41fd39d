/*
 * Why the rules are our own: the registry's packages were looked at in November 2026 and none does this work. redact-pii 3.4.0 (MIT)
 * looks for people's data and brings a client of Google's cloud with it, although nothing may leave the process before it is masked.
 * secretlint 13 (MIT, Node >= 22, maintained) is a linter of files, asynchronous, with messages instead of a masked text; it could
 * only stand beside these rules, for tokens by their prefixes. fast-redact 3.5.0 (MIT) and its like mask fields by given paths,
 * where we have to find secrets in free text. fast-luhn 2.0.2 (MIT) would save ten lines.
 */

/** One kind of secret: what it looks like and what stands in its place. Every pattern runs in linear time. */
export type Rule = {
  /** A cheap test that spares the pattern on texts that cannot hold this secret. */
  onlyIf: (text: string) => boolean;
  pattern: RegExp;
  replace: string | ((match: string, ...groups: string[]) => string);
};

const has =
  (...parts: string[]) =>
  (text: string) =>
    parts.some((part) => text.includes(part));
const always = () => true;

/** Words before `=` or `:` that make the value a secret; the word must end there, so `secretName:` is left alone. */
export const SECRET_WORD =
  'password|passwd|passphrase|passcode|pwd|client[_-]?secret|secret[_-]?key(?:[_-]?base)?|secret|api[_-]?key|apikey|access[_-]?key|private[_-]?key|' +
  'auth[_-]?token|access[_-]?token|refresh[_-]?token|session[_-]?token|security[_-]?token|id[_-]?token|bearer[_-]?token|account[_-]?key|' +
  'shared[_-]?access[_-]?(?:key|signature)|encryption[_-]?key|signing[_-]?key|master[_-]?key|license[_-]?key|app(?:lication)?[_-]?key|webhook[_-]?url';

const UNQUOTED_VALUE = '[^\\s"\'\\\\,;&)}\\]<>\\[][^\\s"\'\\\\,;&)}\\]<>]{0,4095}';
/** What programs write there in the place of a secret: `using password: YES`. */
const NO_SECRET = '(?:yes|no|true|false|null|none|nil|required|optional|\\*{3,})(?![\\w-])';
/** `=`, `:`, `=>` behind a name, with quotes and the blanks by which tables are aligned. */
const KEY_END = '(\\\\?["\']?[ \\t]{0,4}(?:=>|[=:])[ \\t]{0,40})';

/** Prefixes by which the makers of tokens let them be recognised, from the documents of each maker. */
const PREFIXED = [
  // Slack
  'xox[a-z]-[A-Za-z0-9-]{8,250}|xapp-[A-Za-z0-9-]{8,250}|xwfp-[A-Za-z0-9-]{8,250}',
  // GitHub, GitLab
  'gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_[A-Za-z0-9_]{20,255}|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|ffct)-[A-Za-z0-9_-]{16,300}',
  // OpenAI, Anthropic, Hugging Face, Groq, Replicate, Perplexity
  'sk-[A-Za-z0-9_-]{16,250}|hf_[A-Za-z0-9]{20,60}|gsk_[A-Za-z0-9]{20,80}|r8_[A-Za-z0-9]{20,60}|pplx-[A-Za-z0-9]{20,80}',
  // Stripe, Square, PayPal, Shopify
  '[srp]k_(?:live|test)_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9]{16,250}|sq0[a-z]{3}-[A-Za-z0-9_-]{20,60}|shp(?:at|ss|ca|pa)_[a-fA-F0-9]{20,64}',
  // Google
  'AIza[A-Za-z0-9_-]{30,45}|ya29\\.[A-Za-z0-9_-]{20,250}|GOCSPX-[A-Za-z0-9_-]{20,40}|1//0[A-Za-z0-9_-]{30,200}',
  // package registries, container registries, CI
  'npm_[A-Za-z0-9]{30,40}|pypi-[A-Za-z0-9_-]{30,250}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,60}|rubygems_[a-f0-9]{40,64}|CCIPAT_[A-Za-z0-9_]{20,80}',
  // clouds and their databases
  'do[opr]_v1_[a-f0-9]{32,64}|dapi[a-f0-9]{32}|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{20,80}|hv[sbr]\\.[A-Za-z0-9_-]{20,250}|nvapi-[A-Za-z0-9_-]{20,100}|fo1_[A-Za-z0-9_-]{30,60}',
  // mail, chat and telephony
  'SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,64}|key-[a-f0-9]{32}|SK[a-f0-9]{32}|xkeysib-[a-f0-9]{40,80}-[A-Za-z0-9]{10,20}|\\d{8,10}:AA[A-Za-z0-9_-]{32,35}',
  // monitoring and work tracking
  'gl(?:sa|c)_[A-Za-z0-9_=+/]{20,250}|NRAK-[A-Z0-9]{20,40}|lin_(?:api|oauth)_[A-Za-z0-9]{20,60}|ATATT3[A-Za-z0-9_=-]{20,250}|sntrys_[A-Za-z0-9_=+/-]{20,400}|dd[ap]_[a-f0-9]{32,64}|pat-(?:na|eu)\\d-[a-f0-9-]{30,50}',
  // keys of age, Terraform, 1Password, Doppler, Postman
  'AGE-SECRET-KEY-1[A-Z0-9]{40,70}|[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{40,90}|ops_eyJ[A-Za-z0-9+/=]{40,2000}|dp\\.(?:pt|st|ct|sa)\\.[A-Za-z0-9._-]{30,80}|PMAK-[a-f0-9-]{30,80}',
  // Azure AD client secrets
  '[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,36}',
];

/** Where a word begins: behind no letter or digit, or behind the escape of a line break, whose letter belongs to no word. */
const START = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))`;

const QUOTE = '\\\\?["\']';

/** `=` or `:` between a field and its content, with the quotes of both. */
const IS = `(?:${QUOTE})?[ \\t]{0,4}[:=][ \\t]{0,4}(?:${QUOTE})?`;
/** A field of `name` or `key` that holds the name of a secret. */
const NAMED_SECRET = `\\b(?:name|key|field|header|param|parameter|property|attribute|variable)${IS}[\\w.-]{0,80}(?:${SECRET_WORD}|token)(?![\\w.-])(?:${QUOTE})?`;
/** Between two fields of one object, or of two objects into which it was torn. */
const GAP = '[\\s,;{}\\[\\]]{1,60}';
/** A value up to the end of its quotes, or up to a blank where it has none. */
const HELD = '(?![{[])(?:(?<=["\'])[^"\'\\\\\\r\\n]{1,4096}|[^"\'\\\\\\s,;}<]{1,4096})';

/** The rules in the order in which they are applied: what is recognised for certain first. */
export const RULES: readonly Rule[] = [
  {
    onlyIf: has('PRIVATE KEY'),
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----[^-]{0,20000}(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----)?/g,
    replace: '[masked:private-key]',
  },
  {
    onlyIf: has('eyJ'),
    pattern: startingWith(/eyJ[A-Za-z0-9_-]{5,4000}\.[A-Za-z0-9_-]{2,8000}\.[A-Za-z0-9_-]{0,2000}/g),
    replace: '[masked:jwt]',
  },
  { onlyIf: always, pattern: startingWith(new RegExp(`(?:${PREFIXED.join('|')})`, 'g')), replace: '[masked:token]' },
  {
    onlyIf: (text) => /A[KSBC][IC]A/.test(text),
    pattern: startingWith(/(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g),
    replace: '[masked:aws-key]',
  },
  {
    onlyIf: has('hooks.slack.com', '/webhook', 'hooks.zapier.com'),
    pattern:
      /((?:hooks\.slack\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api\/webhooks|[\w.-]{1,80}\.webhook\.office\.com\/webhookb2|hooks\.zapier\.com\/hooks)\/)[A-Za-z0-9/@_-]{4,300}/g,
    replace: (_match, prefix) => `${prefix}[masked:token]`,
  },
  {
    onlyIf: has('://'),
    pattern: /(:\/\/)([^\s/?#@:"'<>[\]]{0,200}):([^\s/?#"'<>]{1,500})@(?=[^\s@])/g,
    replace: (_match, scheme, user) => `${scheme}${user}:[masked:password]@`,
  },
  {
    onlyIf: has('://'),
    pattern: /(:\/\/)(?!\[masked:)[A-Za-z0-9_~.-]{20,200}@(?=[A-Za-z0-9])/g,
    replace: (_match, scheme) => `${scheme}[masked:token]@`,
  },
  {
    onlyIf: has('ignature=', 'sig=', 'X-Amz-'),
    pattern:
      /([?&;](?:sig|signature|X-Amz-(?:Signature|Credential|Security-Token)|AWSAccessKeyId)=)(?!\[masked:)[^&\s"'<>]{8,2000}/gi,
    replace: (_match, name) => `${name}[masked:token]`,
  },
  {
    onlyIf: always,
    pattern: startingWith(
      /([Bb]earer|BEARER|[Bb]asic|BASIC)[ \t]{1,4}(?=[A-Za-z._~-]{0,200}(?:[0-9=+/]|[a-z][A-Z]))([A-Za-z0-9._~+/-]{8,4000}={0,2})/g,
    ),
    replace: (_match, word) => `${word} [masked:token]`,
  },
  {
    onlyIf: (text) => /cookie/i.test(text),
    pattern: /((?:set-)?cookie)(\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?)(?!\[masked:)([^\r\n"'\\<>[\]]{4,4000})/gi,
    replace: (_match, word, separator) => `${word}${separator}[masked:token]`,
  },
  {
    onlyIf: (text) => /authorization|x-[a-z-]{0,20}(?:key|token)/i.test(text),
    pattern:
      /((?:proxy-)?authorization|x-(?:api|auth|access|vault|functions|goog-api)-?(?:key|token))(\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?)(?!\[masked:|(?:bearer|basic)[ \t])([^\s"'\\,;<>[\]](?:[^\r\n"'\\<>[\]]{3,4000}))/gi,
    replace: (_match, word, separator) => `${word}${separator}[masked:token]`,
  },
  {
    onlyIf: (text) => /value/i.test(text),
    pattern: new RegExp(
      `(${NAMED_SECRET}${GAP}(?:${QUOTE})?(?:value${IS}\\{\\s?(?:${QUOTE})?string)?value${IS})(?!\\[masked:)${HELD}`,
      'gi',
    ),
    replace: (_match, before) => `${before}[masked:secret]`,
  },
  {
    onlyIf: (text) => /value/i.test(text),
    pattern: new RegExp(`(\\bvalue${IS})(?!\\[masked:)${HELD}((?:${QUOTE})?${GAP}(?:${QUOTE})?${NAMED_SECRET})`, 'gi'),
    replace: (_match, before, after) => `${before}[masked:secret]${after}`,
  },
  {
    onlyIf: has('-u', '--user'),
    pattern: /((?:^|\s)(?:-u|--user|--proxy-user)[ =]{1,4}["']?[^\s:"'@/]{1,100}:)(?!\[masked:)([^\s"']{1,500})/g,
    replace: (_match, before) => `${before}[masked:password]`,
  },
  {
    onlyIf: has('--'),
    pattern: new RegExp(
      `(--[a-z0-9-]{0,40}(?:${SECRET_WORD}|token)[ \\t]{1,4}["']?)(?!\\[masked:|-)([^\\s"']{1,4096})`,
      'gi',
    ),
    replace: (_match, before) => `${before}[masked:secret]`,
  },
  {
    onlyIf: always,
    pattern: new RegExp(`(${SECRET_WORD})${KEY_END}(\\\\?["'])(?!\\[masked:)([^"'\\\\\\r\\n]{1,4096})`, 'gi'),
    replace: (_match, word, separator, quote) => `${word}${separator}${quote}[masked:secret]`,
  },
  {
    onlyIf: always,
    pattern: new RegExp(`(${SECRET_WORD})${KEY_END}(?!\\[masked:|${NO_SECRET})(?:${UNQUOTED_VALUE})`, 'gi'),
    replace: (_match, word, separator) => `${word}${separator}[masked:secret]`,
  },
  {
    onlyIf: always,
    pattern: startingWith(
      /(token)(\\?["']?(?:=|[ \t]{0,4}:[ \t]{0,4})\\?["']?)(?=[A-Za-z0-9._~+/=-]{0,200}[0-9])([A-Za-z0-9._~+/-]{8,4000}={0,2})/gi,
    ),
    replace: (_match, word, separator) => `${word}${separator}[masked:token]`,
  },
  {
    onlyIf: has('@'),
    // Names that only exist inside a cluster or a company's network are hosts behind a user name, not mail.
    pattern:
      /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?![A-Za-z0-9.-]{1,250}\.(?:local|localdomain|internal|svc|cluster|lan|intra|corp)\b)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,6}\.[A-Za-z]{2,24}\b/g,
    replace: '[masked:email]',
  },
  {
    onlyIf: always,
    pattern:
      /(?:(?<![\w./-])|(?<=\\[nrt]))(?:[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}|3[47]\d{2}([ -]?)\d{6}\2\d{5}|3[068]\d{2}([ -]?)\d{6}\3\d{4})(?![\w-]|\.\d)/g,
    replace: maskCard,
  },
];

function startingWith(pattern: RegExp): RegExp {
  return new RegExp(START + pattern.source, pattern.flags);
}

/** Card numbers of the known issuers: 14 digits from 30, 36 or 38, 15 from 34 or 37, else 16. */
const CARD_NUMBER =
  /^(?:3(?:0[0-5]|[68]\d)\d{11}|3[47]\d{13}|4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|6(?:011|5\d\d)\d{12}|35\d{14})$/;

function maskCard(match: string): string {
  return isCardNumber(match.replace(/[ -]/g, '')) ? '[masked:card]' : match;
}

/** True for the digits of a card: a known issuer, the right length, and a check digit that fits (ISO/IEC 7812-1). */
export function isCardNumber(digits: string): boolean {
  return CARD_NUMBER.test(digits) && passesLuhn(digits);
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
