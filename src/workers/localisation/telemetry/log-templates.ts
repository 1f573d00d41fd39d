/** A place in the code (`Order#42`, `main.go:118`): lines from one place are of one template, whatever they say. */
const PLACE = /^[A-Za-z_$][\w.$/-]*[#:]\d{1,5}$/;
const HAS_DIGIT = /\d/;
/** What separates values from each other and from words. */
const SEPARATORS = /[\s,;=()[\]{}<>"'|]+/u;
/** A payload can differ without end; the beginning says what a line is about. */
const MAX_CHARACTERS = 400;
const MAX_WORDS = 24;
/** The place of a line stands near its beginning, after time and level. */
const PLACE_WITHIN = 6;
/** Lines that agree in this share of their words are of one template (the default of Drain's authors). */
const SIMILAR = 0.5;
const VARIABLE = '*';

export type LogTemplates = {
  /** The template of a line, the same for lines that differ in their values only. */
  of(body: string): string;
};

/**
 * Finds templates in log lines as they come, the way of Drain (He et al., "Drain: an online log parsing approach with fixed depth
 * tree", ICWS 2017): words with digits are variables; lines of the same length and first word are of one template when they
 * agree in most of their words. A template keeps the name it got first.
 */
export function logTemplates(): LogTemplates {
  const known = new Map<string, { name: string; words: string[] }[]>();
  const cache = new Map<string, string>();
  const of = (body: string): string => {
    const words = maskedWords(body);
    const place = words.findIndex((word, index) => index < PLACE_WITHIN && PLACE.test(word));
    if (place >= 0) return words.slice(0, place + 1).join(' ');
    const text = words.join(' ');
    const name = cache.get(text) ?? grouped(known, words, text);
    cache.set(text, name);
    return name;
  };
  return { of };
}

function maskedWords(body: string): string[] {
  const masked: string[] = [];
  for (const word of body.slice(0, MAX_CHARACTERS).split(SEPARATORS)) {
    if (word === '') continue;
    masked.push(HAS_DIGIT.test(word) && !PLACE.test(word) ? VARIABLE : word);
    if (masked.length >= MAX_WORDS) break;
  }
  return masked;
}

function grouped(known: Map<string, { name: string; words: string[] }[]>, words: string[], text: string): string {
  const first = words.find((word) => word !== VARIABLE) ?? '';
  const key = `${words.length} ${first}`;
  const group = known.get(key) ?? [];
  known.set(key, group);
  const template = group.find((candidate) => similarity(candidate.words, words) >= SIMILAR);
  if (!template) {
    group.push({ name: text, words });
    return text;
  }
  template.words = template.words.map((word, index) => (word === words[index] ? word : VARIABLE));
  return template.name;
}

function similarity(template: string[], words: string[]): number {
  let same = 0;
  for (let index = 0; index < words.length; index++) if (template[index] === words[index]) same++;
  return words.length === 0 ? 1 : same / words.length;
}

const ERROR_WORDS =
  /\b(error|fatal|panic|critical|severe|exception|traceback|fail(ed|ure|s|ing)?)\b|Exception\b|Error\b/i;

/** True for templates and severities that tell of something that went wrong. */
export function looksLikeError(severity: string | null, text: string): boolean {
  return /^(err|fatal|crit|alert|emerg|panic|severe)/i.test(severity ?? '') || ERROR_WORDS.test(text);
}
