import { median } from '../../localisation/statistics/robust.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { SPEAKS_OF_WAITING } from '../logs/waiting-words.ts';
import { name, quote } from '../quote.ts';
import { type PrintedSpan, printedSpans } from '../read/printed-traces.ts';

/** So many calls of one form below one piece of work are a loop, not the work's own steps. */
const ENOUGH = 10;
/** So much of the work's time they have to take, and so long (ms) the work itself. */
const MOST_OF_IT = 0.5;
const LEAST_MS = 200;
/** Such a share of them has to begin after the one before has ended. */
const IN_A_ROW = 0.8;

const QUERY = /^(?:SELECT|INSERT|UPDATE|DELETE|MERGE|EXEC|CALL|FIND|AGGREGATE|HGET|GET|MGET|QUERY)\b(?! ?\/)/i;

type Loop = { parent: PrintedSpan; calls: PrintedSpan[]; took: number };

/** Finds in printed traces what a program asks for one by one, in a loop, instead of all at once (N+1 queries or calls). */
export const repeatedCalls: Analyzer = ({ input, text }) => {
  if (!SPEAKS_OF_WAITING.test(text)) return [];
  const traces = Map.groupBy(printedSpans(input.evidence), ({ trace, evidence }) => `${trace} ${evidence}`);
  const loops = [...traces.values()].flatMap(loopsIn).toSorted((left, right) => right.took - left.took);
  return loops.slice(0, 1).map(toDiagnosis);
};

function loopsIn(spans: PrintedSpan[]): Loop[] {
  const known = new Map(spans.map((span) => [span.id, span]));
  const groups = Map.groupBy(spans, (span) => `${span.parent} ${askedBy(span)}`);
  return [...groups.values()].flatMap((group) => {
    const parent = known.get(group[0]?.parent ?? '');
    const calls = group.toSorted((left, right) => left.start - right.start);
    const took = calls.reduce((sum, { start, end }) => sum + end - start, 0);
    const whole = parent ? parent.end - parent.start : 0;
    const inARow = calls.filter(({ start }, index) => start >= (calls[index - 1]?.end ?? start)).length;
    const loops = calls.length >= ENOUGH && inARow >= IN_A_ROW * calls.length;
    return parent && loops && whole >= LEAST_MS && took >= MOST_OF_IT * whole ? [{ parent, calls, took }] : [];
  });
}

/** What is asked, without the values that differ from one call to the next. */
const askedBy = ({ service, name: own, statement }: PrintedSpan): string =>
  `${service} ${(statement ?? own).slice(0, 500).replace(/'[^']{0,100}'|\b[0-9a-f-]{8,}\b|\d+/gi, '#')}`;

function toDiagnosis({ parent, calls }: Loop): Diagnosis {
  const [call] = calls;
  const asked = call?.statement ?? call?.name ?? '';
  const query = call?.statement !== null || QUERY.test(asked);
  const each = median(calls.map(({ start, end }) => end - start));
  return diagnosis({
    kind: 'calls-in-a-loop',
    class: 'application',
    statement: `${name(parent.service)} ${query ? 'sends the same query' : 'makes the same call'} many times, one after the other, for a single ${quote(parent.name, 80)}, instead of one for all (an N+1 ${query ? 'query' : 'call'} in a loop): the trace repeats ${quote(asked, 160)} below it, ${each < LEAST_MS ? 'each of them quick, and together they are' : 'which together is'} most of its time, so it is slow (latency)`,
    component: parent.service,
    namespace: null,
    touches: [parent.service],
    confidence: 0.76,
    depth: DEPTH.root,
    evidence: calls.map(({ evidence }) => evidence),
    prevention: [
      `Load what belongs to many rows in one ${query ? 'query (a join, IN (…) or eager loading)' : 'call (a batch)'}, and alert on the number of ${query ? 'queries' : 'calls'} per request.`,
    ],
  });
}
