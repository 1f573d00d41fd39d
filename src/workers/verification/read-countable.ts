import type { Evidence } from '../../shared/report.ts';
import { type Unit, unitOf } from './field-units.ts';

/** Things of one kind in a piece of evidence: rows, pods, spans, events ... as their fields. */
export type Countables = Record<string, unknown>[];
/** Numbers that belong together: a series, or one field of a list. */
export type NumberGroup = Unit & { values: number[] };

export type Countable = {
  lists: Countables[];
  groups: NumberGroup[];
  /** The lines of the readable text. */
  lines: string[];
  /** From the first to the last time in the data, and the width of the time range that was asked for, ms. */
  spansMs: number[];
};

/** Larger evidence is counted up to here. */
const MOST_LISTS = 40;
const MOST_ITEMS = 5_000;
const MOST_NODES = 50_000;

/** Reads what can be counted and averaged in a piece of evidence. */
export function readCountable({ data, text, from, to }: Evidence): Countable {
  const { lists, groups } = walk(data);
  const times = lists.flatMap((list) => timesOf(list));
  const spans = [spanOf(times), spanOf([from, to].flatMap((time) => timeOf(time)))];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return { lists, groups, lines, spansMs: spans.filter((span) => span > 0) };
}

/** Without recursion, because the depth of the data is the sender's choice. */
function walk(data: unknown): Pick<Countable, 'lists' | 'groups'> {
  const found: Pick<Countable, 'lists' | 'groups'> = { lists: [], groups: [] };
  const open: { value: unknown; unit: unknown }[] = [{ value: data, unit: null }];
  for (let node = open.pop(), seen = 0; node && seen < MOST_NODES; node = open.pop(), seen++) {
    const { value, unit } = node;
    if (value === null || typeof value !== 'object') continue;
    const own = (value as { unit?: unknown }).unit ?? unit;
    if (Array.isArray(value)) addList(found, value, own);
    for (const item of Object.values(value)) open.push({ value: item, unit: own });
  }
  return found;
}

function addList({ lists, groups }: Pick<Countable, 'lists' | 'groups'>, list: unknown[], unit: unknown): void {
  if (lists.length >= MOST_LISTS || list.length === 0) return;
  const items = list.slice(0, MOST_ITEMS);
  if (items.every(isObject)) {
    lists.push(items);
    groups.push(...numbersByField(items));
    return;
  }
  const points = items
    .map((item) => (Array.isArray(item) ? item.at(-1) : item))
    .filter((item) => typeof item === 'number');
  if (points.length > 1) groups.push({ ...unitOf('', unit), values: points });
}

const isObject = (item: unknown): item is Record<string, unknown> =>
  item !== null && typeof item === 'object' && !Array.isArray(item);

function numbersByField(items: Countables): NumberGroup[] {
  const fields = new Set(items.slice(0, 50).flatMap((item) => Object.keys(item)));
  return [...fields].flatMap((field) => {
    const values = items.map((item) => item[field]).filter((value) => typeof value === 'number');
    return values.length > 1 ? [{ ...unitOf(field), values }] : [];
  });
}

function timesOf(list: Countables): number[] {
  return list.flatMap((item) =>
    ['at', 'firstSeen', 'lastSeen', 'timestamp', 'time'].flatMap((name) => timeOf(item[name])),
  );
}

function timeOf(value: unknown): number[] {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? [] : [ms];
}

const spanOf = (times: number[]) =>
  times.length < 2 ? 0 : times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b));
