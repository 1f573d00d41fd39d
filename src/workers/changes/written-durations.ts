const LENGTHS: Record<string, string> = {
  nanosecond: 'ns',
  microsecond: 'us',
  micro: 'us',
  millisecond: 'ms',
  milli: 'ms',
  ms: 'ms',
  second: 's',
  sec: 's',
  minute: 'm',
  min: 'm',
  hour: 'h',
  day: 'd',
};
const UNIT_NAME = '(nanosecond|microsecond|micro|millisecond|milli|ms|second|sec|minute|min|hour|day)s?';
const NUMBER = '(\\d[\\d_]*(?:\\.\\d+)?)';

/** Numbers with units in the words of Go, Java, Kotlin, C#, Rust, Python and Ruby. */
const FORMS: readonly RegExp[] = [
  new RegExp(`\\b${NUMBER}\\s*\\*\\s*time\\.${UNIT_NAME}\\b`, 'gi'),
  new RegExp(`\\b${NUMBER},\\s*TimeUnit\\.${UNIT_NAME}\\b`, 'gi'),
  new RegExp(`\\b${NUMBER}\\.${UNIT_NAME}\\b(?!\\()`, 'gi'),
];
const CALLS: readonly RegExp[] = [
  new RegExp(`\\b(?:Duration|TimeSpan)\\s*(?:\\.|::)\\s*(?:of|from_?)${UNIT_NAME}\\(\\s*${NUMBER}L?\\s*\\)`, 'gi'),
  new RegExp(`\\btimedelta\\(\\s*${UNIT_NAME}\\s*=\\s*${NUMBER}\\s*\\)`, 'gi'),
];

/** A line with its durations as numbers with a short unit: `5 * time.Second` and `Duration.ofSeconds(5)` are both `5s`. */
export function withPlainDurations(line: string): string {
  const short = (unit: string) => LENGTHS[unit.toLowerCase()] ?? '';
  const numbersFirst = FORMS.reduce(
    (text, form) => text.replace(form, (_, number: string, unit: string) => `${number}${short(unit)}`),
    line,
  );
  return CALLS.reduce(
    (text, form) => text.replace(form, (_, unit: string, number: string) => `${number}${short(unit)}`),
    numbersFirst,
  );
}
