import { plainText } from './terminal-text.ts';

/** Whose line it is, by the prefix that collectors of several logs put before it. */
type Origin = { pod: string; container: string | null; line: string };

const POD = '[a-z0-9][a-z0-9.-]{2,252}';
/** `[pod/NAME/CONTAINER] …` (kubectl logs --prefix), `[NAME CONTAINER] …` (kubetail), `NAME › CONTAINER …` and `NAME CONTAINER …` (stern). */
const PREFIXES: readonly RegExp[] = [
  new RegExp(`^\\[pod/(${POD})/([a-z0-9-]{1,63})\\]\\s(.*)$`),
  new RegExp(`^\\[(${POD})(?:[ /]([a-z0-9-]{1,63}))?\\]\\s(.*)$`),
  new RegExp(`^(${POD})(?:\\s›\\s|\\s\\|\\s)([a-z0-9-]{1,63})(?:\\s\\|)?\\s(.*)$`),
];
/** Stern's own form has no sign of its own: the first word must look like the name of a pod. */
const STERN = new RegExp(`^((?:${POD})-(?:[a-z0-9]{5}|\\d{1,3}))\\s([a-z0-9-]{1,63})\\s(.*)$`);

/** A line with its origin; null where no prefix tells it. */
function originOf(line: string, stern: boolean): Origin | null {
  for (const pattern of stern ? [...PREFIXES, STERN] : PREFIXES) {
    const match = pattern.exec(line.length > 4000 ? line.slice(0, 4000) : line);
    if (match && /-/.test(match[1] ?? ''))
      return { pod: match[1] ?? '', container: match[2] ?? null, line: match[3] ?? '' };
  }
  return null;
}

/** Lines of several pods, by pod; null where most lines do not say whose they are. */
export function linesByPod(
  lines: string[],
  stern: boolean,
): Map<string, { container: string | null; lines: string[] }> | null {
  const told = lines
    .filter((line) => !/^[+-]\s\S+ › /.test(line))
    .map((line) => ({ line, origin: originOf(plainText(line), stern) }));
  if (told.filter(({ origin }) => origin !== null).length < 0.5 * told.length || told.length === 0) return null;
  const pods = new Map<string, { container: string | null; lines: string[] }>();
  let last: { container: string | null; lines: string[] } | null = null;
  for (const { line, origin } of told) {
    if (origin) {
      last = pods.get(origin.pod) ?? { container: origin.container, lines: [] };
      pods.set(origin.pod, last);
      last.lines.push(origin.line);
    } else last?.lines.push(line);
  }
  return pods;
}
