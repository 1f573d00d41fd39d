import { loopedIn } from '../loops.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { depthOf } from './hunks.ts';

const LOGS = /\b(?:log|logger|logging|slog|console|LOG)\b[\w.]*\s*[.(]|\bprint(?:ln|f)?\(|\bputs\s/;
const ASKS =
  /\b\w*(?:[sS]tore|[rR]epo\w*|[dD]ao|[dD]b|[cC]lient|[cC]onn|[sS]ession|_api|Api|gateway|service)\.\w+\(|\b(?:find\w*|fetch\w*|load\w*|query\w*|get\w*By\w*)\(/;
const MOST_LINES = 600;
const MAX_LINE = 400;

const MANY_LOGS =
  /disk|volume|no space|\blogs?\b|log(?:ging)? (?:pipeline|agent|buffer|driver)|fluent|ingest|stdout|write log/i;
const MANY_QUESTIONS =
  /quer(?:y|ies)|database|\bdb\b|sql|statement|select|connections?_|calls_per|per_request|requests_per|round ?trips|rate.?limit|\b429\b|too many/i;

/** What new lines do for each of many: they write a log line, or they ask a store or a service. */
export function inLoops({ detail, removed }: ReadChange): Consequence[] {
  const looped = loopedLines(detail);
  const logs = looped.some((line) => LOGS.test(line));
  const asks = looped.find((line) => ASKS.test(line) && !LOGS.test(line));
  const asked = asks && /[\w.]+\(/.exec(asks)?.[0];
  const isNew = asked !== undefined && asked !== '' && !removed.some((line) => line.includes(asked ?? ''));
  return [
    ...(logs ? [{ why: 'it writes a log line for each of many', shows: MANY_LOGS, isPlain: true }] : []),
    ...(isNew ? [{ why: `it asks once for each of many ("${asked}")`, shows: MANY_QUESTIONS, isPlain: true }] : []),
  ];
}

/** Added lines that stand deeper than a loop above them in the same hunk, whether the loop is new or not. */
function loopedLines(detail: string): string[] {
  const loops: number[] = [];
  const found: string[] = [];
  for (const line of detail.split('\n', MOST_LINES)) {
    if (line.startsWith('@@')) loops.length = 0;
    if (!/^[+ ]/.test(line) || line.startsWith('+++')) continue;
    const code = line.slice(1, MAX_LINE);
    if (code.trim() === '') continue;
    const depth = depthOf(code);
    while (loops.length > 0 && depth <= loops.at(-1)!) loops.pop();
    if (loops.length > 0 && line.startsWith('+')) found.push(code);
    if (loopedIn(code)?.opens) loops.push(depth);
  }
  return found;
}
