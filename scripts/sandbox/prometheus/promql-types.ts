/** One series: labels with its name as `__name__`, samples as [epoch ms, value], oldest first. */
export type PromSeries = { labels: Record<string, string>; samples: [number, number][] };

export type Matcher = { label: string; operator: '=' | '!=' | '=~' | '!~'; value: string };

/** The part of PromQL that is simulated. */
export type PromNode =
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'selector'; matchers: Matcher[]; rangeMs: number | null; offsetMs: number }
  | { kind: 'call'; name: string; args: PromNode[] }
  | { kind: 'aggregate'; name: string; labels: string[]; without: boolean; parameter: PromNode | null; inner: PromNode }
  | { kind: 'binary'; operator: string; left: PromNode; right: PromNode };
