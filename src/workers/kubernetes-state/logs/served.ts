import { unitMs } from '../../detectors/support/quantities.ts';
import { INFORMS } from './failure-words.ts';

/** A request that was answered well, or a piece of work that was done, with how long it took. */
const SERVED =
  /"\s*(?:2\d\d|30[1-8])\b|\b[Ss]tatus(?:_?[Cc]ode)?["=: ]{1,4}2\d\d\b|\bCompleted 2\d\d\b|\b(?:GET|POST|PUT|PATCH|DELETE) \S+ (?:HTTP\/\d\S* )?(?:[-=]> ?|→ ?)?2\d\d\b|\bcode["=: ]{1,4}OK\b|\bsucceeded in \d/;
const TOOK =
  /\b(?:took|duration|elapsed|latency|dur|rt|response_?time|ms)(?:_?(?:ms|s|seconds))?["=: ]{1,4}\d|[a-z]_ms["=: ]{1,4}\d|\bin \d+(?:\.\d+)? ?(?:ms|s|µs)\b/i;
/** What stores write while they do their work. */
const ROUTINE =
  /\b(?:checkpoint|restartpoint) complete\b|recovery restart point at|Background saving terminated with success|"msg":"Connection accepted"|ready (?:for|to accept) connections|Checkpointer? .{0,40}complete/i;
/** Probes are answered even when nothing else is. */
const PROBE = /\/(?:-\/)?(?:health\w*|ready\w*|live\w*|ping|metrics|status|up)\b|kube-probe/i;

/** True for a line that tells of a request (not of a probe) that was answered well. */
export function isServed(line: string): boolean {
  const shown = line.slice(0, 1500);
  return SERVED.test(shown) && !PROBE.test(shown);
}

/** True for a line that tells of work well done: a request, or whatever the program took some time for. */
export function isWork(line: string): boolean {
  return (
    isServed(line) ||
    ROUTINE.test(line.slice(0, 1500)) ||
    (INFORMS.test(line.slice(0, 120)) && TOOK.test(line.slice(0, 1500)))
  );
}

/** How programs write a time: `took_ms=12`, `1.5 s`. */
const SPAN =
  /(?:_ms|\bms|[a-z]Ms|[mM]illis(?:econds)?|\bresponseTime)["=: ]{1,4}(\d+(?:\.\d+)?)|(?<![\w.])(\d+(?:\.\d+)?) ?(ms|µs|us|s|sec|seconds)\b/g;

/** The longest time in ms that a line tells; null where it tells none. */
export function longestMs(line: string): number | null {
  const spans = [...line.slice(0, 1500).matchAll(SPAN)].map(([, millis, value, unit = 'ms']) =>
    millis === undefined ? Number(value) * (unitMs(unit) ?? 1) : Number(millis),
  );
  return spans.length > 0 ? Math.max(...spans) : null;
}
