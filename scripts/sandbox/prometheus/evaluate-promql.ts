import { OVER_TIME } from './over-time.ts';
import { PrometheusRefusal } from './prometheus-refusal.ts';
import type { Matcher, PromNode, PromSeries } from './promql-types.ts';

export type Element = { labels: Record<string, string>; value: number };
/** The value of an expression at one time. */
export type PromValue =
  | { kind: 'vector'; elements: Element[] }
  | { kind: 'scalar'; value: number }
  | { kind: 'text'; value: string };

/** A sample counts for so long after it, ms. */
const LOOKBACK_MS = 300_000;

const keyOf = (labels: Record<string, string>) =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
const withoutName = ({ __name__: _name, ...labels }: Record<string, string>) => labels;
const vector = (elements: Element[]): PromValue => ({ kind: 'vector', elements });

/** Whether a series has the labels that matchers ask for; a label that is not there is empty, and expressions hold for whole values. */
export function matches(labels: Record<string, string>, matchers: readonly Matcher[]): boolean {
  return matchers.every(({ label, operator, value }) => {
    const own = labels[label] ?? '';
    const found = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(own) : own === value;
    return operator.startsWith('!') ? !found : found;
  });
}

type Selector = Of<'selector'>;

/** What a selector finds is the same at every step of a range query. */
const chosen = new WeakMap<Selector, { of: readonly PromSeries[]; found: PromSeries[] }>();

function seriesOf(node: Selector, series: readonly PromSeries[]): PromSeries[] {
  const known = chosen.get(node);
  if (known?.of === series) return known.found;
  const found = series.filter(({ labels }) => matches(labels, node.matchers));
  chosen.set(node, { of: series, found });
  return found;
}

/** The index of the first sample after a time. */
function firstAfter(samples: PromSeries['samples'], at: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle]![0] <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Evaluates an expression at a time (epoch ms) over these series. */
export function evaluate(node: PromNode, series: readonly PromSeries[], at: number): PromValue {
  switch (node.kind) {
    case 'number':
      return { kind: 'scalar', value: node.value };
    case 'text':
      return { kind: 'text', value: node.value };
    case 'selector':
      return selected(node, series, at);
    case 'call':
      return called(node, series, at);
    case 'aggregate':
      return aggregated(node, series, at);
    case 'binary':
      return combined(node, series, at);
  }
}

type Of<K extends PromNode['kind']> = Extract<PromNode, { kind: K }>;

function selected(node: Selector, series: readonly PromSeries[], at: number): PromValue {
  if (node.rangeMs !== null) throw new PrometheusRefusal('bad_data', 'a range vector is no result of a range query');
  const time = at - node.offsetMs;
  return vector(
    seriesOf(node, series).flatMap(({ labels, samples }) => {
      const last = samples[firstAfter(samples, time) - 1];
      return last && last[0] > time - LOOKBACK_MS ? [{ labels, value: last[1] }] : [];
    }),
  );
}

function called({ name, args }: Of<'call'>, series: readonly PromSeries[], at: number): PromValue {
  const [first, second] = args;
  const overTime = OVER_TIME[name];
  if (overTime && first?.kind === 'selector') {
    const { rangeMs, offsetMs } = first;
    const [start, end] = [at - offsetMs - rangeMs!, at - offsetMs];
    return vector(
      seriesOf(first, series).flatMap(({ labels, samples }) => {
        const within = samples.slice(firstAfter(samples, start - 1), firstAfter(samples, end));
        const value = within.length > 0 ? overTime(within, start, end) : null;
        const kept = name === 'last_over_time' ? labels : withoutName(labels);
        return value === null ? [] : [{ labels: kept, value }];
      }),
    );
  }
  if (name === 'time') return { kind: 'scalar', value: at / 1000 };
  if (name === 'vector') return vector([{ labels: {}, value: scalarOf(evaluate(first!, series, at)) }]);
  if (name === 'abs')
    return vector(
      elementsOf(evaluate(first!, series, at)).map(({ labels, value }) => ({
        labels: withoutName(labels),
        value: Math.abs(value),
      })),
    );
  return histogramQuantile(scalarOf(evaluate(first!, series, at)), elementsOf(evaluate(second!, series, at)));
}

/** Linear within the bucket that the quantile falls into; of the last bucket its lower bound. */
function histogramQuantile(share: number, elements: Element[]): PromValue {
  const groups = Map.groupBy(elements, ({ labels: { le: _le, ...labels } }) => keyOf(withoutName(labels)));
  return vector(
    [...groups].map(([key, group]) => {
      const buckets = group
        .map(({ labels, value }) => ({ le: labels.le === '+Inf' ? Infinity : Number(labels.le), count: value }))
        .sort((a, b) => a.le - b.le);
      const total = buckets.at(-1)?.count ?? 0;
      const index = buckets.findIndex(({ count }) => count >= share * total);
      const [bucket, before] = [buckets[index], buckets[index - 1]];
      const lower = before?.le ?? 0;
      const value =
        !bucket || total === 0
          ? NaN
          : bucket.le === Infinity
            ? lower
            : lower +
              ((bucket.le - lower) * (share * total - (before?.count ?? 0))) / (bucket.count - (before?.count ?? 0));
      return { labels: Object.fromEntries(JSON.parse(key)), value };
    }),
  );
}

const JOIN: Readonly<Record<string, (values: number[], parameter: number) => number>> = {
  sum: (values) => values.reduce((total, value) => total + value, 0),
  avg: (values) => values.reduce((total, value) => total + value, 0) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  count: (values) => values.length,
  quantile: (values, share) => {
    const sorted = values.toSorted((a, b) => a - b);
    const place = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.min(sorted.length - 1, Math.ceil(place))]!];
    return low + (high - low) * (place - Math.floor(place));
  },
};

function aggregated(
  { name, labels: by, without, parameter, inner }: Of<'aggregate'>,
  series: readonly PromSeries[],
  at: number,
): PromValue {
  const elements = elementsOf(evaluate(inner, series, at));
  const number = parameter ? scalarOf(evaluate(parameter, series, at)) : 0;
  const kept = (labels: Record<string, string>) =>
    Object.fromEntries(Object.entries(withoutName(labels)).filter(([label]) => by.includes(label) !== without));
  const groups = Map.groupBy(elements, ({ labels }) => keyOf(kept(labels)));
  if (name === 'topk') {
    return vector(
      [...groups.values()].flatMap((group) => group.toSorted((a, b) => b.value - a.value).slice(0, number)),
    );
  }
  return vector(
    [...groups].map(([key, group]) => ({
      labels: Object.fromEntries(JSON.parse(key)),
      value: JOIN[name]!(
        group.map(({ value }) => value),
        number,
      ),
    })),
  );
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

function combined({ operator, left, right }: Of<'binary'>, series: readonly PromSeries[], at: number): PromValue {
  const [a, b] = [evaluate(left, series, at), evaluate(right, series, at)];
  if (operator === 'or' || operator === 'and' || operator === 'unless') {
    const keys = new Set(elementsOf(operator === 'or' ? a : b).map(({ labels }) => keyOf(withoutName(labels))));
    const isKnown = ({ labels }: Element) => keys.has(keyOf(withoutName(labels)));
    if (operator === 'or') return vector([...elementsOf(a), ...elementsOf(b).filter((element) => !isKnown(element))]);
    return vector(elementsOf(a).filter((element) => isKnown(element) === (operator === 'and')));
  }
  if (a.kind === 'scalar' && b.kind === 'scalar')
    return { kind: 'scalar', value: applied(operator, a.value, b.value) ?? 0 };
  if (b.kind === 'scalar') return mapped(elementsOf(a), operator, (value) => applied(operator, value, b.value));
  if (a.kind === 'scalar') return mapped(elementsOf(b), operator, (value) => applied(operator, a.value, value));
  const others = new Map(elementsOf(b).map(({ labels, value }) => [keyOf(withoutName(labels)), value]));
  if (others.size < elementsOf(b).length) {
    throw new PrometheusRefusal(
      'execution',
      'found duplicate series for the match group on the right hand-side of the operation: many-to-many matching not allowed: matching labels must be unique on one side',
    );
  }
  return vector(
    elementsOf(a).flatMap(({ labels, value }) => {
      const other = others.get(keyOf(withoutName(labels)));
      const result = other === undefined ? null : applied(operator, value, other);
      return result === null ? [] : [{ labels: COMPARE[operator] ? labels : withoutName(labels), value: result }];
    }),
  );
}

/** A comparison keeps the left value or drops it. */
function applied(operator: string, a: number, b: number): number | null {
  const compare = COMPARE[operator];
  if (compare) return compare(a, b) ? a : null;
  return ARITHMETIC[operator]!(a, b);
}

function mapped(elements: Element[], operator: string, apply: (value: number) => number | null): PromValue {
  return vector(
    elements.flatMap(({ labels, value }) => {
      const result = apply(value);
      return result === null ? [] : [{ labels: COMPARE[operator] ? labels : withoutName(labels), value: result }];
    }),
  );
}

export const elementsOf = (value: PromValue): Element[] => (value.kind === 'vector' ? value.elements : []);

function scalarOf(value: PromValue): number {
  return value.kind === 'scalar' ? value.value : NaN;
}
