import type { Reading } from './reading.ts';

const MAX_TEXT = 200_000;
const MAX_SERIES = 200;
/** Fewer values than this under each other are no course of a metric; beside them stand at most a head and a foot. */
const [ENOUGH, BESIDE] = [5, 3];

type Series = Reading['series'][number];

/** `2031-04-02T10:00:00Z  0.93`, also `2031-04-02 10:00,0.93` and epoch seconds; a number with an exponent or NaN is one, too. */
const TIMED =
  /^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S{0,15}|1\d{9}(?:\.\d{1,9})?)[ \t|,;]{1,8}(-?\d{1,20}(?:\.\d{1,18})?(?:e[+-]?\d{1,3})?)$/i;
/** How promtool prints a series: `name{label="x"} =>`, and below it `0.93 @[1717240000]`. */
const HEAD = /^(\S.{0,1000}?) =>$/;
const STAMPED = /^(-?\d{1,20}(?:\.\d{1,18})?(?:e[+-]?\d{1,3})?) @\[\d{10}(?:\.\d{1,9})?\]$/i;

/** The courses of metrics that a tool printed line by line, a time and a value in each, by the query that asked for them; null where the text holds none. */
export function printedCourses(command: string, text: string): Series[] | null {
  if (text.length > MAX_TEXT || !/\d/.test(text)) return null;
  const lines = text
    .split('\n')
    .map((line) => line.slice(0, 1100).trim())
    .filter((line) => line !== '');
  const series = stamped(command, lines) ?? timed(command, lines);
  return series && series.length > 0 ? series.slice(0, MAX_SERIES) : null;
}

function timed(command: string, lines: string[]): Series[] | null {
  const points = lines.flatMap((line) => TIMED.exec(line)?.slice(1) ?? []);
  if (points.length < ENOUGH || lines.length - points.length > BESIDE) return null;
  return [{ asked: command.slice(0, 600), labels: labelsIn(command), points }];
}

function stamped(command: string, lines: string[]): Series[] | null {
  const found: Series[] = [];
  for (const line of lines) {
    const [, head] = HEAD.exec(line) ?? [];
    const [, point] = STAMPED.exec(line) ?? [];
    if (head !== undefined)
      found.push({ asked: `${head.split('{')[0]} ${command}`.slice(0, 600), labels: labelsIn(head), points: [] });
    if (point !== undefined) found.at(-1)?.points.push(point);
  }
  return found.length > 0 && found.every(({ points }) => points.length > 0) ? found : null;
}

/** What a selector asks for by name (`{pod="shop-1",namespace="prod"}`); of several the first. */
function labelsIn(query: string): Record<string, string> {
  const pairs = [...query.slice(0, 2000).matchAll(/\b([a-z_]\w{0,60})=\\?"([^"\\]{1,200})\\?"/gi)].flatMap(
    ([, label, value]): [string, string][] => (label && value ? [[label, value]] : []),
  );
  return Object.fromEntries(pairs.toReversed());
}
