import type { CapabilityOutput } from '../../../shared/mcp/capabilities.ts';
import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { oncePer } from './once-per.ts';
import { isRecent, isRelatedService } from './relation.ts';
import { oneLine } from './text.ts';

type Span = CapabilityOutput<'traces.query'>['spans'][number];
export type DatabaseSpan = { span: Span; statement: string; evidence: number };

/** The database statements among the spans of the alert's service and of its traces. */
export const databaseSpans = oncePer((input: DetectorInput): DatabaseSpan[] =>
  evidenceOf(input.evidence, 'traces.query').flatMap(({ number, data }) => {
    const ownTraces = new Set(
      data.spans.filter((span) => isRelatedService(span.service, input)).map((span) => span.traceId),
    );
    return data.spans
      .filter((span) => ownTraces.has(span.traceId) && isRecent(span.at, input))
      .flatMap((span) => {
        const statement = statementOf(span);
        return statement ? [{ span, statement, evidence: number }] : [];
      });
  }),
);

/** The shape of a span's statement, without its literals; null where the span is no statement of a database. */
function statementOf({ name, attributes }: Span): string | null {
  if (/connect|checkout|acquire/i.test(name)) return null;
  const text = attributes['db.query.text'] ?? attributes['db.statement'];
  if (text) return statementShape(text);
  const operation = attributes['db.operation.name'] ?? attributes['db.operation'];
  const target = attributes['db.collection.name'] ?? attributes['db.sql.table'] ?? attributes['db.mongodb.collection'];
  if (operation) return oneLine([operation, target].filter(Boolean).join(' '), 120);
  return (attributes['db.system'] ?? attributes['db.system.name']) ? oneLine(name, 120) : null;
}

/** A statement with every literal as `?`, so that the same query with other values is the same, and no value is shown. */
export function statementShape(text: string): string {
  const bare = text
    .slice(0, 2000)
    .replace(/'(?:[^'\\]|\\.){0,500}'/g, '?')
    .replace(/(?<![\w.$])-?\d[\d.]*\b/g, '?')
    .replace(/\?(?:\s{0,3},\s{0,3}\?)+/g, '?');
  return oneLine(bare, 120);
}
