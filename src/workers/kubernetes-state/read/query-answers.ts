import { isRecord, type Raw, recordsAt, textAt, textMapAt } from '../raw.ts';
import { printedCourses } from './printed-courses.ts';
import type { Reading } from './reading.ts';
import { nothingRead } from './reading.ts';

const MAX_TEXT = 2_000_000;
const MAX_DEPTH = 5;
const MAX_SERIES = 200;

/** What a tool printed of an answer of Prometheus (matrix, vector, lines of times and values) or Loki (streams); null where the text is none. */
export function readQueryAnswer(command: string, text: string): Reading | null {
  if (text.length > MAX_TEXT || !/"resultType"/.test(text)) {
    const series = printedCourses(command, text);
    return series && { ...nothingRead(), series };
  }
  const answer = findAnswer(parsed(text), 0);
  if (!answer) return null;
  const results = recordsAt(answer, 'result').slice(0, MAX_SERIES);
  if (textAt(answer, 'resultType') === 'streams') return { ...nothingRead(), logs: results.map(streamOf) };
  return { ...nothingRead(), series: results.map((result) => seriesOf(result, command)) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.slice(Math.max(0, text.search(/[{[]/))));
  } catch {
    return null;
  }
}

/** The part that has a result; some tools wrap the answer, or hand it on as a text. */
function findAnswer(value: unknown, depth: number): Raw | null {
  if (depth > MAX_DEPTH) return null;
  if (typeof value === 'string' && value.includes('resultType')) return findAnswer(parsed(value), depth + 1);
  if (!isRecord(value)) return null;
  if (textAt(value, 'resultType') && Array.isArray(value.result)) return value;
  for (const member of Object.values(value)) {
    const found = findAnswer(member, depth + 1);
    if (found) return found;
  }
  return null;
}

/** A stream's lines, oldest first. */
function streamOf(result: Raw): Reading['logs'][number] {
  const labels = textMapAt(result, 'stream');
  const values = Array.isArray(result.values) ? result.values.filter(Array.isArray) : [];
  const lines = values.toSorted((left, right) => Number(left[0]) - Number(right[0])).map(([, line]) => String(line));
  return {
    pod: labels.pod ?? labels.pod_name ?? labels.k8s_pod_name ?? null,
    namespace: labels.namespace ?? labels.k8s_namespace_name ?? null,
    service: labels.app ?? labels.service_name ?? labels.container ?? null,
    container: labels.container ?? null,
    previous: false,
    filter: null,
    lines,
  };
}

function seriesOf(result: Raw, command: string): Reading['series'][number] {
  const { __name__: metric, ...labels } = textMapAt(result, 'metric');
  const values = Array.isArray(result.values) ? result.values : Array.isArray(result.value) ? [result.value] : [];
  const points = values.flatMap((point) => (Array.isArray(point) && point.length === 2 ? [String(point[1])] : []));
  return { asked: `${metric ?? ''} ${command}`.slice(0, 600), labels, points };
}
