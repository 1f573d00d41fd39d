import { RULES, SECRET_WORD } from './secret-rules.ts';

const SECRET_NAME = new RegExp(`(?:^|_)(?:${SECRET_WORD}|token|authorization|cookie)$`, 'i');

/** What every such name holds somewhere: spares all others their taking apart. */
const HINT = /pass|pwd|secret|key|token|signature|webhook|authorization|cookie/i;

/** True for the name of a field whose value is a secret by its name alone: `db.password`, `dbPassword`, `x-api-key`, `Authorization`. */
export function isSecretName(name: string): boolean {
  if (name.length > 200 || !HINT.test(name)) return false;
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_');
  return SECRET_NAME.test(words.replace(/_$/, ''));
}

/** Controls (but line breaks and tabs), and what nobody sees: bidi marks, zero-width characters, tags that hide instructions. */
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Text with its line breaks as \n and without anything that a person does not see but a program or a model reads. */
export function removeInvisible(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(INVISIBLE, '')
    .toWellFormed();
}

/**
 * Replaces secrets (tokens, keys, passwords, userinfo in URLs) and personal data (e-mail addresses, card numbers) by marks
 * like `[masked:token]`. Linear in the length of the text; masking twice changes nothing. Names of pods, UUIDs, hashes and IP
 * addresses stay, because an analysis without them is worthless.
 */
export function maskSecrets(text: string): string {
  let masked = text;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const before = masked;
    for (const rule of RULES) {
      if (rule.onlyIf(masked)) masked = masked.replace(rule.pattern, rule.replace as string);
    }
    if (masked === before) break;
  }
  return masked;
}

/** A secret that touches another is only seen once that one is a mark. */
const MOST_PASSES = 10;
