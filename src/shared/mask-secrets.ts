/** One kind of secret: what it looks like and what stands in its place. Every pattern runs in linear time. */
type Rule = {
  /** A cheap test that spares the pattern on texts that cannot hold this secret. */
  onlyIf: (text: string) => boolean;
  pattern: RegExp;
  replace: string | ((match: string, ...groups: string[]) => string);
};

const has = (part: string) => (text: string) => text.includes(part);
const always = () => true;

/** Words before `=` or `:` that make the value a secret; the word must end there, so `secretName:` is left alone. */
const SECRET_WORD =
  'password|passwd|passphrase|pwd|client[_-]?secret|secret[_-]?key|secret|api[_-]?key|apikey|access[_-]?key|private[_-]?key|' +
  'auth[_-]?token|access[_-]?token|refresh[_-]?token|session[_-]?token|id[_-]?token|bearer[_-]?token|account[_-]?key|shared[_-]?access[_-]?key';

const UNQUOTED_VALUE = '[^\\s"\'\\\\,;&)}\\]<>\\[][^\\s"\'\\\\,;&)}\\]<>]{0,4095}';
const KEY_END = '(\\\\?["\']?[ \\t]{0,4}(?:=>|[=:])[ \\t]{0,4})';

/** Prefixes by which the makers of tokens let them be recognised (documents of Slack, GitHub, GitLab, OpenAI, Google ...). */
const TOKEN_SHAPES =
  /\b(?:xox[a-z]-[A-Za-z0-9-]{8,250}|xapp-[A-Za-z0-9-]{8,250}|xwfp-[A-Za-z0-9-]{8,250}|gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_[A-Za-z0-9_]{20,255}|glpat-[A-Za-z0-9_-]{16,64}|sk-[A-Za-z0-9_-]{16,250}|[sr]k_(?:live|test)_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9]{16,250}|AIza[A-Za-z0-9_-]{30,45}|ya29\.[A-Za-z0-9_-]{20,250}|npm_[A-Za-z0-9]{30,40}|dop_v1_[a-f0-9]{32,64}|hv[sb]\.[A-Za-z0-9_-]{20,250}|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}|glsa_[A-Za-z0-9_]{20,64})/g;

const RULES: readonly Rule[] = [
  {
    onlyIf: has('PRIVATE KEY'),
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----[^-]{0,20000}(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----)?/g,
    replace: '[masked:private-key]',
  },
  {
    onlyIf: has('eyJ'),
    pattern: /\beyJ[A-Za-z0-9_-]{5,4000}\.[A-Za-z0-9_-]{2,8000}\.[A-Za-z0-9_-]{0,2000}/g,
    replace: '[masked:jwt]',
  },
  { onlyIf: always, pattern: TOKEN_SHAPES, replace: '[masked:token]' },
  { onlyIf: (text) => /A[KS]IA/.test(text), pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, replace: '[masked:aws-key]' },
  {
    onlyIf: has('hooks.slack.com'),
    pattern: /(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{4,200}/g,
    replace: (_match, prefix) => `${prefix}[masked:token]`,
  },
  {
    onlyIf: has('://'),
    pattern: /(:\/\/)([^\s/?#@:"'<>]{0,200}):([^\s/?#"'<>]{1,500})@(?=[^\s@])/g,
    replace: (_match, scheme, user) => `${scheme}${user}:[masked:password]@`,
  },
  {
    onlyIf: always,
    pattern:
      /\b([Bb]earer|BEARER|[Bb]asic|BASIC)[ \t]{1,4}(?=[A-Za-z._~-]{0,200}(?:[0-9=+/]|[a-z][A-Z]))([A-Za-z0-9._~+/-]{8,4000}={0,2})/g,
    replace: (_match, word) => `${word} [masked:token]`,
  },
  {
    onlyIf: always,
    pattern:
      /\b(authorization|x-api-key|cookie|set-cookie|proxy-authorization)(\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?)(?!\[masked:|(?:bearer|basic)[ \t])([^\s"'\\,;<>[\]][^\s"'\\,;<>]{3,4000})/gi,
    replace: (_match, word, separator) => `${word}${separator}[masked:token]`,
  },
  {
    onlyIf: always,
    pattern: new RegExp(`(${SECRET_WORD})${KEY_END}(\\\\?["'])(?!\\[masked:)([^"'\\\\\\r\\n]{1,4096})`, 'gi'),
    replace: (_match, word, separator, quote) => `${word}${separator}${quote}[masked:secret]`,
  },
  {
    onlyIf: always,
    pattern: new RegExp(`(${SECRET_WORD})${KEY_END}(?!\\[masked:)(?:${UNQUOTED_VALUE})`, 'gi'),
    replace: (_match, word, separator) => `${word}${separator}[masked:secret]`,
  },
  {
    onlyIf: always,
    pattern:
      /(\btoken)(\\?["']?(?:=|[ \t]{0,4}:[ \t]{0,4})\\?["']?)(?=[A-Za-z0-9._~+/=-]{0,200}[0-9])([A-Za-z0-9._~+/-]{8,4000}={0,2})/gi,
    replace: (_match, word, separator) => `${word}${separator}[masked:token]`,
  },
  {
    onlyIf: has('@'),
    pattern:
      /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,6}\.[A-Za-z]{2,24}\b/g,
    replace: '[masked:email]',
  },
  {
    onlyIf: always,
    pattern: /(?<![\w.:/-])(?:[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}|3[47]\d{2}([ -]?)\d{6}\2\d{5})(?![\w-]|\.\d)/g,
    replace: maskCard,
  },
];

const SECRET_NAME = new RegExp(`(?:^|[._-])(?:${SECRET_WORD}|token|authorization|cookie)$`, 'i');

/** True for the name of a field whose value is a secret by its name alone: `db.password`, `x-api-key`, `Authorization`. */
export const isSecretName = (name: string) => name.length <= 200 && SECRET_NAME.test(name);

/** Controls (but line breaks and tabs), and what nobody sees: bidi marks, zero-width characters, tags that hide instructions. */
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Text with its line breaks as \n and without anything that a person does not see but a program or a model reads. */
export function removeInvisible(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(INVISIBLE, '')
    .toWellFormed();
}

/** Card numbers of the known issuers: 15 digits from 34 or 37, else 16. */
const CARD_NUMBER = /^(?:3[47]\d{13}|4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|6(?:011|5\d\d)\d{12}|35\d{14})$/;

function maskCard(match: string): string {
  const digits = match.replace(/[ -]/g, '');
  return CARD_NUMBER.test(digits) && passesLuhn(digits) ? '[masked:card]' : match;
}

/** The check digit of ISO/IEC 7812-1. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/**
 * Replaces secrets (tokens, keys, passwords, userinfo in URLs) and personal data (e-mail addresses, card numbers) by marks
 * like `[masked:token]`. Linear in the length of the text; masking twice changes nothing. Names of pods, UUIDs, hashes and IP
 * addresses stay, because an analysis without them is worthless.
 */
export function maskSecrets(text: string): string {
  let masked = text;
  for (const rule of RULES) {
    if (rule.onlyIf(masked)) masked = masked.replace(rule.pattern, rule.replace as string);
  }
  return masked;
}
