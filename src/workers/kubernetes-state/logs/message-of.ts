/** What stands before the message in a line: times, levels, process numbers, threads and loggers, by the frameworks that write them. */
const HEADS: readonly RegExp[] = [
  // curl's progress
  /^[\s\d.:kMG%-]*(?=curl: \()/,
  // kubectl
  /^Error from server \(\w{1,40}\): (?:Internal error occurred: )?/,
  // Nest
  /^\[Nest\]\s+\d+\s+-\s+[\d/]+, [\d:]+ (?:[AP]M)?\s+[A-Z]+ (?:\[[\w:]+\] )?/,
  // php-fpm, and what a worker of it wrote
  /^\[\d{1,2}-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?: \w+)?\] (?:[A-Z]+: )?(?:\[pool [\w-]+\] child \d+ said into std(?:err|out): "?)?/,
  // Ruby's logger, with Rails' request id
  /^[DIWEF], \[[^\]]{10,60}\]\s+[A-Z]+ -- [\w:]*: (?:\[[\w-]+\] )*/,
  // Celery
  /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+: [A-Z]+\/[\w-]+\] /,
  // Times, in brackets or not
  /^\s*\[?(?:(?:[A-Z][a-z]{2} ){1,2}\s?\d{1,2} \d\d:\d\d:\d\d(?: [A-Z]{3,4})?(?: \d{4})?|\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)\]?\s*(?:-\s*)?/,
  // klog
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ (?=\S)/,
  // Spring Boot: level, process, threads, logger
  /^[A-Z]+ \d+ --- (?:\[[^\]]{0,60}\] ){1,3}\S{1,120}\s+: /,
  // nginx: level, process, connection
  /^\[[a-z]+\] \d+#\d+: (?:\*\d+ )?/,
  // MySQL: thread, level, code, subsystem
  /^\d+ \[[A-Z][a-z]+\] \[MY-\d+\] \[\w+\] /,
  // gunicorn: process and level
  /^\[\d+\] \[[A-Z]+\] /,
  // Serilog's console
  /^\[\d\d:\d\d:\d\d (?:VRB|DBG|INF|WRN|ERR|FTL)\] /,
];
/** The level that a log store keeps beside a line which has a head of its own. */
const LEVEL = /^(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\s+/;

/** A line without its time, level and logger, so that a sentence can quote what it says. */
export function messageOf(line: string): string {
  const json = /^\s*\{/.test(line) ? jsonMessage(line) : null;
  if (json) return json;
  return withoutHeads(line)
    .replace(/\[?\d{1,2}\/[A-Z][a-z]{2}\/\d{4}[: ]\d\d:\d\d:\d\d(?: [+-]\d{4})?\]?/g, '')
    .replace(/(?<!\d{4}-\d\d-\d\d[T ])\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\b/g, '')
    .replace(/^\s*(?:UTC|GMT|CET|CEST)\s+(?:\[\d+\]\s*)?/, '')
    .trim();
}

/** What a line says, and in a line of members what each of them says by itself. */
export function messagesOf(line: string): string[] {
  const parts = /^\s*\{/.test(line) ? jsonParts(line) : [];
  return parts.length > 0 ? parts : [messageOf(line)];
}

function withoutHeads(line: string): string {
  const cut = (whole: string) => HEADS.reduce((text, head) => text.replace(head, ''), whole);
  const rest = cut(line);
  const bare = rest.replace(LEVEL, '');
  return cut(bare) === bare ? rest : cut(bare);
}

type Body = Record<string, unknown>;
const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null;

function jsonMessage(line: string): string | null {
  const parts = jsonParts(line);
  return parts.length > 0 ? parts.join(': ') : null;
}

function jsonParts(line: string): string[] {
  try {
    const body = JSON.parse(line) as Body;
    // Operators wrap the line of their database, servers of documents keep the reason in the attributes, ECS in a dotted name.
    const inner = isBody(body.record) ? body.record : body;
    const attributes = isBody(body.attr) ? body.attr : {};
    return [
      inner.message ?? inner.msg ?? inner.log,
      textOf(inner.error ?? inner.err ?? inner.exception ?? inner['error.message'] ?? attributes.error),
    ].filter((part) => typeof part === 'string');
  } catch {
    return [];
  }
}

/** An error as text, be it one or an object with a message. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!isBody(value)) return null;
  const told = value.message ?? value.msg ?? value.errmsg;
  return typeof told === 'string' ? told : null;
}
