import { maskSecrets, removeInvisible } from '../../shared/mask-secrets.ts';
import type { Evidence, Finding } from '../../shared/report.ts';
import { headAndTail, shareRoom } from './fit-evidence.ts';

/** A part of the prompt: what it is called in its marks, and what stands between them. */
export type PromptPart = { what: string; text: string };

/** Where each part begins and ends; only marks that hold the nonce are ours. */
export function fence(what: string, nonce: string): [begin: string, end: string] {
  return [`=== BEGIN ${what} ${nonce} ===`, `=== END ${what} ${nonce} ===`];
}

/** Forged marks lose their shape, so that only ours, which bear the nonce, look like marks. */
export function cleaned(text: string): string {
  return maskSecrets(removeInvisible(text)).replace(/={3,}(?=\s*(?:BEGIN|END)\b)/gi, '==');
}

/** Characters that the marks of a part take. */
const MARKS = 90;
/** The least that is shown of a piece of evidence: with less room it is only listed. */
const LEAST_BODY = 160;
/** How much of a question is shown, of few pieces of evidence and of many. */
const QUERY_LENGTHS = [400, 120] as const;
/** Where there is less room than this for each piece, the questions are shortened. */
const ROOMY = 1_200;
const MOST_LISTED = 500;

/**
 * The evidence as parts of the prompt that together have about `room` characters at most. What the findings cite comes first
 * when there is not room for all; what has to be left out is listed, never dropped in silence.
 */
export function fitEvidence(evidence: Evidence[], findings: Finding[], room: number): PromptPart[] {
  const queryLength = room >= evidence.length * ROOMY ? QUERY_LENGTHS[0] : QUERY_LENGTHS[1];
  const ranked = [...evidence].sort(
    ({ number: left }, { number: right }) => rank(findings, left) - rank(findings, right),
  );
  const heads = new Map(evidence.map((item) => [item, evidenceHead(item, queryLength)]));
  const headOf = (item: Evidence) => (heads.get(item)?.length ?? 0) + MARKS;
  let taken = 0;
  const shown = ranked.filter((item) => {
    const least = headOf(item) + Math.min(LEAST_BODY, item.text.length);
    const fits = taken + least <= room - (evidence.length > 1 ? MOST_LISTED : 0) || evidence.length * ROOMY <= room;
    if (fits) taken += least;
    return fits;
  });
  const used = shown.reduce((sum, item) => sum + headOf(item), 0);
  const order = evidence.filter((item) => shown.includes(item));
  const listed = evidence.filter((item) => !shown.includes(item));
  const bodies = shareRoom(
    order.map(({ text, digest }) => ({ text: cleaned(text), digest })),
    room - used - (listed.length > 0 ? MOST_LISTED : 0),
  );
  const parts = order.map((item, index) => ({
    what: `EVIDENCE ${item.number}`,
    text: `${heads.get(item)}\n${bodies[index]}`,
  }));
  return listed.length > 0 ? [...parts, leftOut(listed)] : parts;
}

/** The place of the likeliest finding that cites it. */
function rank(findings: Finding[], number: number): number {
  const place = findings.findIndex(({ evidence }) => evidence.includes(number));
  return place === -1 ? findings.length : place;
}

function leftOut(evidence: Evidence[]): PromptPart {
  const list = evidence.map(({ number, capability, text }) => `${number}: ${capability}, ${text.length} characters`);
  const text = `There was no room to show this evidence:\n${list.join('\n')}`;
  return { what: 'LEFT OUT', text: headAndTail(text, MOST_LISTED - MARKS) };
}

/** One line on what was asked, of whom, and over which time. */
export function evidenceHead(item: Evidence, queryLength: number = QUERY_LENGTHS[0]): string {
  const { capability, server, tool, query, from, to, collectedAt, truncated, hasMore } = item;
  const range = from && to ? `${from} to ${to}` : `as of ${collectedAt}`;
  const asked = headAndTail(cleaned(JSON.stringify(query)), queryLength);
  const cut = `${truncated ? ', middle left out' : ''}${hasMore ? ', the source has more' : ''}`;
  return `${capability} (${server} ${tool}), asked with ${asked}, ${range}${cut}`;
}
