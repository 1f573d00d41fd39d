const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const ELLIPSIS = '…';
/** Graphemes longer than this (in UTF-16 units) are cut between code points instead. */
const LONGEST_GRAPHEME = 64;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The three characters that Slack's markup gives a meaning, as the entities that Slack asks for. */
export function escapeEntities(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character]!);
}

/**
 * What a value weighs against Slack's limit for a whole message: bytes of its JSON in UTF-8 with &, < and > as entities,
 * the strictest reading of how Slack counts. Never less than the number of characters.
 */
export function weigh(value: unknown): number {
  return Buffer.byteLength(escapeEntities(JSON.stringify(value)));
}

/** What a text alone weighs, without its quotes. */
export function weighText(text: string): number {
  return weigh(text) - 2;
}

/** The text, or as many whole graphemes of its beginning as weigh at most `limit`, ellipsis included. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit && weighText(text) <= limit) return text;
  const head = text.slice(0, limit + LONGEST_GRAPHEME);
  const end = longestPrefix(head, limit - weighText(ELLIPSIS));
  return `${head.slice(0, wholeEnd(head, end)).trimEnd()}${ELLIPSIS}`;
}

/** The number of UTF-16 units that weigh at most `room`, found by halving. */
function longestPrefix(text: string, room: number): number {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (weighText(text.slice(0, middle).toWellFormed()) <= room) good = middle;
    else bad = middle;
  }
  return good;
}

/** The last place at or before `end` that splits no grapheme, and no code point where a grapheme is endless. */
function wholeEnd(text: string, end: number): number {
  const start = graphemes.segment(text).containing(end)?.index ?? end;
  if (end - start <= LONGEST_GRAPHEME) return start;
  return text.slice(0, end).isWellFormed() ? end : end - 1;
}
