import type { Evidence } from '../../shared/report.ts';
import { distinctQuantitiesIn, type Quantity } from '../detectors/support/quantities.ts';
import { FIELD_UNITS, METRIC_UNITS, PLAIN, type Unit } from './field-units.ts';
import { ID, NAME_WITH_DIGITS } from './names-with-digits.ts';
import { withDigits } from './number-words.ts';
import { type Countable, readCountable } from './read-countable.ts';
import { instantsWrittenIn, withoutTimes } from './written-times.ts';

/** What can be looked up in one piece of evidence. */
export type IndexedEvidence = {
  /** Text, data and query in lower case. */
  text: string;
  quantities: Quantity[];
  /** The lengths of its lists: they count things, and are no size or time. */
  lengths: ReadonlySet<number>;
  /** Epoch ms of every time in it. */
  instants: number[];
  /** What can be counted and averaged in it; read when it is first asked for. */
  countable: () => Countable;
};

/** Larger evidence is looked at up to here, so that verification stays quick, in characters. */
const MAX_TEXT = 300_000;
const MAX_NODES = 50_000;

/** Prepares evidence for looking numbers, names and times up, and the lengths of its lists. */
export function indexEvidence(evidence: Evidence): IndexedEvidence {
  const { text, data, query, from, to, collectedAt } = evidence;
  const numbers: Quantity[] = [];
  const strings = new Set([text.slice(0, MAX_TEXT)]);
  const lengths = new Set<number>();
  collect([data, query], { numbers, strings, lengths });
  const whole = [...strings].join('\n').slice(0, MAX_TEXT);
  return {
    text: whole.toLowerCase(),
    lengths,
    quantities: distinct(numbers, distinctQuantitiesIn(withoutNames(withDigits(whole)))),
    instants: instantsIn(`${whole}\n${from}\n${to}\n${collectedAt}`, numbers),
    countable: once(() => readCountable(evidence)),
  };
}

const MILLICORES = /^(\d{1,7})m$/;

function addString(value: string, numbers: Quantity[], strings: Set<string>): void {
  strings.add(value);
  const millicores = MILLICORES.exec(value)?.[1];
  if (millicores) numbers.push(quantity(Number(millicores) / 1000, PLAIN));
}

/** A text without the digits of times and names, which would bear out any small number. */
function withoutNames(text: string): string {
  return withoutTimes(text).replace(NAME_WITH_DIGITS, ' ').replace(ID, ' ');
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

type Collected = { numbers: Quantity[]; strings: Set<string>; lengths: Set<number> };

/** Walks the data without recursion, because its depth is the sender's choice. */
function collect(roots: unknown[], { numbers, strings, lengths }: Collected): void {
  const open = roots.map((value) => ({ value, unit: PLAIN as Unit }));
  for (let node = open.pop(), seen = 0; node && seen < MAX_NODES; node = open.pop(), seen++) {
    const { value, unit } = node;
    if (typeof value === 'number') numbers.push(quantity(value, unit));
    else if (typeof value === 'string') addString(value, numbers, strings);
    else if (Array.isArray(value)) {
      lengths.add(value.length);
      for (const item of value) open.push({ value: item, unit });
    } else if (value !== null && typeof value === 'object') {
      const own = METRIC_UNITS[String((value as { unit?: unknown }).unit)] ?? unit;
      for (const [key, item] of Object.entries(value)) {
        strings.add(key);
        open.push({ value: item, unit: FIELD_UNITS.find(([pattern]) => pattern.test(key))?.[1] ?? own });
      }
    }
  }
}

function quantity(value: number, unit: Unit): Quantity {
  return { value: Math.abs(value), decimals: Number.isInteger(value) ? 0 : 6, ...unit };
}

/** Keyed by numbers all the way down: a text for every number would cost more than all the rest. */
function distinct(...lists: Quantity[][]): Quantity[] {
  const kept: Quantity[] = [];
  const seen = new Map<string, Map<number, Set<number>>>();
  for (const list of lists) {
    for (const item of list) {
      const scales = known(seen, item.dimension, () => new Map<number, Set<number>>());
      const values = known(scales, item.scale, () => new Set<number>());
      if (values.has(item.value)) continue;
      values.add(item.value);
      kept.push(item);
    }
  }
  return kept;
}

function known<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

/** Epoch ms between 2001 and 2286. */
const isEpochMs = (value: number) => value >= 1e12 && value < 1e13 && Number.isInteger(value);

function instantsIn(text: string, numbers: Quantity[]): number[] {
  return [...new Set([...instantsWrittenIn(text), ...numbers.map(({ value }) => value).filter(isEpochMs)])];
}
