import { createHash } from 'node:crypto';
import { maskData, maskText } from '../shared/mask-data.ts';
import { limitData } from '../shared/mcp/policies/limit-result.ts';
import type { Evidence } from '../shared/report.ts';
import { tellsOfMore } from './first-page.ts';

/** Readable text of one piece of evidence that is kept, characters; the middle of a longer one is left out. */
const MAX_TEXT = 32_768;
/** Structured content of a tool whose form nobody knows, characters of its JSON; more is left to the text. */
const MAX_UNKNOWN_DATA = 200_000;

/** What a tool answered; whatever is kept of it has been masked: stored evidence is shown by the API and cited in reports. */
export type Answer = {
  server: string;
  tool: string;
  arguments: Record<string, unknown>;
  data: unknown;
  text: string;
};

/** An answer as numbered evidence. */
export function toEvidence(number: number, capability: string, answer: Answer): Evidence {
  const { server, tool, arguments: asked } = answer;
  const { text, truncated } = headAndTail(maskText(answer.text));
  return {
    number,
    capability,
    server,
    tool,
    query: maskData(asked) as Record<string, unknown>,
    ...rangeOf(asked),
    collectedAt: new Date().toISOString(),
    data: maskData(answer.data),
    text,
    truncated,
    ...(tellsOfMore(answer.data) && { hasMore: true as const }),
    digest: createHash('sha256').update(answer.text).digest('hex'),
  };
}

/** The answer of a tool whose form nobody knows: bounded, and readable also where the tool wrote no text. */
export function fromUnknownTool(answer: Omit<Answer, 'data'> & { structured: Record<string, unknown> | null }): Answer {
  const { structured, text, ...rest } = answer;
  const data = structured === null ? null : limitData(structured, MAX_UNKNOWN_DATA);
  const json = data === null ? '' : JSON.stringify(data);
  const written = structured === null ? '(the tool answered nothing)' : JSON.stringify(structured, null, 1);
  const readable = text.trim() === '' ? written : text;
  return { ...rest, data: json.length > MAX_UNKNOWN_DATA ? null : data, text: readable };
}

function headAndTail(text: string): { text: string; truncated: boolean } {
  if (text.length <= MAX_TEXT) return { text, truncated: false };
  const half = MAX_TEXT / 2;
  const left = text.length - MAX_TEXT;
  return {
    text: `${text.slice(0, half)}\n[... ${left} characters left out ...]\n${text.slice(-half)}`,
    truncated: true,
  };
}

/** Other servers call the ends of a time range by other names. */
const FROM = ['from', 'start', 'startTime', 'start_time', 'since'];
const TO = ['to', 'end', 'endTime', 'end_time', 'until'];

function rangeOf(asked: Record<string, unknown>): Pick<Evidence, 'from' | 'to'> {
  const timeIn = (names: string[]) =>
    names.map((name) => asked[name]).find((value): value is string => typeof value === 'string' && isTime(value)) ??
    null;
  return { from: timeIn(FROM), to: timeIn(TO) };
}

const isTime = (value: string) => /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
