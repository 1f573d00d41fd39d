import { argumentsAt } from '../brackets.ts';

/** An amount of time as it is handed to a call: what it is written as, how many seconds one of it means there, and the line. */
export type TimedAmount = { amount: string; unit: number; code: string };

const AMOUNT =
  '(?:\\(\\w+\\)\\s*)?(?:(?:int|long|Number|Math\\.\\w+|time\\.Duration|Duration)\\(\\s*)?\\$?([A-Za-z_][\\w.]*|\\d[\\d_]*)';
const TIMES = '(?:\\s*\\))?(?:\\s*\\*\\s*(\\d[\\d_]*(?:e3)?)(?![\\w.]))?';
const N = `${AMOUNT}${TIMES}`;
/** The key, or whatever else stands before an amount among the arguments of a call. */
const ONE = '[^,()]*(?:\\([^()]*\\)[^,()]*)*';

const named = (unit: string): string => `\\b(?:${unit})["']?\\s*(?:=>|[:=](?!=))\\s*${N}`;
const duration = (word: string, singular: string): string[] => [
  `\\b(?:Duration|TimeSpan)\\s*(?:\\.|::)\\s*(?:of|from_?)${word}\\(\\s*${N}`,
  `\\btimedelta\\(\\s*${singular}s\\s*=\\s*${N}`,
  `${N}\\s*,\\s*(?:TimeUnit|ChronoUnit|DurationUnit)\\.${singular}s\\b`,
  `${N}\\.${singular}s?\\b(?!\\s*[:=])`,
  `${N}\\s*\\*\\s*time\\.${singular}\\b`,
];

/** How calls and options say in which unit they take an amount; seconds for each unit. */
const FORMS: readonly [number, RegExp[]][] = (
  [
    [
      1,
      [
        `["']EX["']\\s*,\\s*${N}`,
        named('EX|stdTTL|expires_?in|\\w*_(?:s|secs?|seconds)'),
        `\\b\\w*[a-z](?:Sec|Secs|Seconds)["']?\\s*(?:=>|[:=](?!=))\\s*${N}`,
        `\\bset_?ex\\(${ONE},\\s*${N}\\s*,`,
        `\\bset_ex\\(${ONE},${ONE},\\s*${N}\\s*\\)`,
        `(?<![A-Za-z_])expire\\(${ONE},\\s*${N}`,
        `\\.ex\\(\\s*${N}`,
        ...duration('(?:seconds|secs)', 'second'),
      ],
    ],
    [
      0.001,
      [
        `["']PX["']\\s*,\\s*${N}`,
        named('PX|\\w*_(?:ms|millis|msecs?|milliseconds)'),
        `\\b\\w*[a-z](?:Ms|Millis|Msec|Milliseconds)["']?\\s*(?:=>|[:=](?!=))\\s*${N}`,
        `\\bpset_?ex\\(${ONE},\\s*${N}\\s*,`,
        `\\bpset_ex\\(${ONE},${ONE},\\s*${N}\\s*\\)`,
        `\\bp_?expire\\(${ONE},\\s*${N}`,
        `\\.px\\(\\s*${N}`,
        `\\bset(?:Timeout|Interval)\\(.*,\\s*${N}\\s*\\)`,
        `\\bAbortSignal\\.timeout\\(\\s*${N}`,
        ...duration('(?:millis|milliseconds)', 'millisecond'),
      ],
    ],
    [60, duration('(?:minutes|mins)', 'minute')],
    [3600, duration('hours', 'hour')],
  ] as [number, string[]][]
).map(([unit, forms]) => [unit, forms.map((form) => new RegExp(form, 'i'))]);

/** True for calls of stores and caches that end the life of something. */
export const ENDS_LIFE =
  /\bp?set_?ex\(|\bp?_?expire\(|["']P?X["']|["']EX["']|\b[ep]x\s*[:=]|\.[ep]x\(|stdTTL|ttl|expir|cache|retention|max_?age|lease/i;

/** What a written amount is known by: a number, or the last part of a name. */
const knownBy = (amount: string): string =>
  amount
    .replaceAll('_', /^\d/.test(amount) ? '' : '_')
    .split('.')
    .at(-1)!;

/** The amounts that a line hands to what tells their unit. */
export function timedIn(code: string): TimedAmount[] {
  return FORMS.flatMap(([unit, forms]) =>
    forms.flatMap((form) => {
      const [, amount, times] = form.exec(code) ?? [];
      if (amount === undefined || /^(?:time|await|new|return|const|null|None)$/.test(amount)) return [];
      return [{ amount: knownBy(amount), unit: unit * factorOf(times), code }];
    }),
  );
}

const factorOf = (times: string | undefined): number => (times === undefined ? 1 : Number(times.replaceAll('_', '')));

const CALL = /([A-Za-z_]\w*)\(/g;
const LONGEST_BODY = 12;
const MOST_LINES = 120;

/** The amounts of all lines, also those that are handed to a function of theirs which hands them on. */
export function timedAmounts(lines: string[]): TimedAmount[] {
  const read = lines.slice(0, MOST_LINES);
  return read.flatMap((code) => [...timedIn(code), ...handedOn(code, read)]);
}

function handedOn(code: string, lines: string[]): TimedAmount[] {
  return [...code.matchAll(CALL)].flatMap(({ 0: call, 1: name = '', index }) => {
    const helper = helperOf(
      name,
      lines.filter((line) => line !== code),
      lines,
    );
    if (!helper) return [];
    return argumentsAt(code, index + call.length).flatMap((argument, at) => {
      const [, key, amount = '', times] = new RegExp(`^\\s*(?:(\\w+)\\s*[:=]\\s*)?${N}\\s*$`).exec(argument) ?? [];
      const parameter = key ?? helper.parameters[at];
      const inner = helper.amounts.find((one) => one.amount === parameter);
      if (amount === '' || !inner) return [];
      return [{ amount: knownBy(amount), unit: inner.unit * factorOf(times), code: inner.code }];
    });
  });
}

/** What the lines themselves define under a name: its parameters, and what amounts its body hands on. */
function helperOf(
  name: string,
  others: string[],
  lines: string[],
): { parameters: string[]; amounts: TimedAmount[] } | null {
  const head = new RegExp(
    `(?:\\b(?:fun|func|def|fn|function)\\b.*\\b${name}\\b|\\b${name}\\s*[:=]\\s*(?:async\\s*)?(?:function\\s*\\w*\\s*)?|^(?:(?:public|private|protected|internal|static|final|async|override|export)\\s+)+[\\w<>\\[\\]?, ]*\\b${name}|^${name})\\s*\\(`,
  );
  const definition = others.find((line) => head.test(line) && /[{:]|=>|=\s*\w/.test(line));
  if (definition === undefined) return null;
  const start = head.exec(definition)!;
  const parameters = argumentsAt(definition, start.index + start[0].length)
    .map((parameter) => nameOf(parameter, /\bfunc\b/.test(definition)))
    .filter((parameter) => parameter !== 'self');
  const at = lines.indexOf(definition);
  const rest = timedIn(definition.slice(start.index + start[0].length));
  const body = lines.slice(at + 1, at + 1 + LONGEST_BODY).flatMap(timedIn);
  return { parameters, amounts: [...rest.map((one) => ({ ...one, code: definition })), ...body] };
}

/** `kept: number = 5`, `int kept`, `kept int` (Go) and `$kept` are all called `kept`. */
function nameOf(parameter: string, isFirst: boolean): string {
  const words = parameter.replace(/=.*$/, '').trim();
  const name = words.includes(':') ? words.split(':')[0]! : words.split(/\s+/).at(isFirst ? 0 : -1)!;
  return name.trim().replace(/^\$/, '').split(/\s+/).at(-1)!;
}
