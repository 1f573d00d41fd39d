import { z } from 'zod';
import { type Report, reportSchema } from '../../shared/report.ts';

/** What the model writes: the tier is ours to say. */
const answerSchema = reportSchema.omit({ tier: true });

/** Bounds that strict mode does not know everywhere; the answer is checked against them afterwards anyway. */
const UNSAFE_KEYWORDS = new Set([
  '$schema',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'default',
  'format',
  'pattern',
]);

/** The JSON schema of an answer, safe for strict structured output: every field required, none besides, nullable instead of optional. */
export const ANSWER_JSON_SCHEMA = strictSafe(z.toJSONSchema(answerSchema)) as Record<string, unknown>;

function strictSafe(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strictSafe);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).filter(
    ([key, value]) => !(UNSAFE_KEYWORDS.has(key) && typeof value !== 'object'),
  );
  const safe = Object.fromEntries(entries.map(([key, value]) => [key, strictSafe(value)]));
  if (safe.type !== 'object' || typeof safe.properties !== 'object') return safe;
  return { ...safe, required: Object.keys(safe.properties as object), additionalProperties: false };
}

export type ReadAnswer = { ok: true; report: Report } | { ok: false; faults: string[] };

/** Reads a model's answer: plain JSON, or JSON in a code fence, or JSON among words. Never throws. */
export function readAnswer(content: string): ReadAnswer {
  const value = parseJson(content);
  if (value === undefined) return { ok: false, faults: ['the answer is not a JSON object'] };
  const parsed = answerSchema.safeParse(value);
  if (parsed.success) return { ok: true, report: { tier: 'llm', ...parsed.data } };
  const faults = parsed.error.issues
    .slice(0, 20)
    .map(({ path, message }) => `${path.join('.') || '(top)'}: ${message}`);
  return { ok: false, faults };
}

function parseJson(content: string): unknown {
  const fenced = /```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n?```/.exec(content)?.[1];
  const braced = content.slice(content.indexOf('{'), content.lastIndexOf('}') + 1);
  for (const candidate of [content, fenced, braced]) {
    if (!candidate) continue;
    try {
      const value: unknown = JSON.parse(candidate);
      if (value !== null && typeof value === 'object') return value;
    } catch {
      // The next candidate may be readable.
    }
  }
  return undefined;
}
