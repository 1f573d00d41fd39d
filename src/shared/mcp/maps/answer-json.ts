import { DependencyError } from '../../errors.ts';
import type { McpToolResult } from '../mcp-connection.ts';

export type Json = Record<string, unknown>;

/** The JSON of an answer: its structured content, its text, or the JSON that words stand around in its text. Throws where there is none. */
export function answerJson({ structured, text }: McpToolResult): unknown {
  if (structured !== undefined && Object.keys(structured).length > 0) return structured;
  // Some servers put notes behind the JSON, each on a line of its own.
  const found =
    parsed(text) ??
    parsed(text.split('\n', 1)[0]!) ??
    parsed(between(text, '{', '}')) ??
    parsed(between(text, '[', ']'));
  if (found === undefined) throw unreadable(`its answer holds no JSON: ${text.slice(0, 200)}`);
  return found;
}

/** An answer that a reader cannot read; the gateway adds which server and capability it was. */
export function unreadable(why: string): DependencyError {
  return new DependencyError('mcp', 'protocol', why, { sent: true });
}

/** The first object, however deep, for which the test holds. */
export function findObject(value: unknown, test: (object: Json) => boolean, depth = 0): Json | null {
  if (value === null || typeof value !== 'object' || depth > 6) return null;
  if (!Array.isArray(value) && test(value as Json)) return value as Json;
  for (const item of Object.values(value)) {
    const found = findObject(item, test, depth + 1);
    if (found) return found;
  }
  return null;
}

export const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
export const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
export const textOf = (value: unknown): string | null =>
  value === undefined || value === null || value === ''
    ? null
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

/** Labels as texts; what is empty is left out. */
export function labelsOf(...objects: unknown[]): Record<string, string> {
  const entries = objects.flatMap((one) => (isObject(one) ? Object.entries(one) : []));
  return Object.fromEntries(entries.flatMap(([key, value]) => (textOf(value) === null ? [] : [[key, textOf(value)!]])));
}

/** A time in seconds, ms, µs or ns since 1970 or in words, as ISO 8601. */
export function isoTime(value: unknown): string {
  // Grafana's server hands on Loki's times with their JSON quotes.
  const text = String(value).replace(/^"|"$/g, '');
  const number = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const ms = Number.isNaN(number) ? Date.parse(text) : number / msFactor(number);
  if (Number.isNaN(ms)) throw unreadable(`"${String(value).slice(0, 40)}" is no time`);
  return new Date(ms).toISOString();
}

/** By its size alone: seconds of this century have ten digits, each smaller unit three more. */
const msFactor = (value: number) => (value < 1e11 ? 1e-3 : value < 1e14 ? 1 : value < 1e17 ? 1e3 : 1e6);

function between(text: string, first: string, last: string): string {
  return text.slice(text.indexOf(first), text.lastIndexOf(last) + 1);
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
