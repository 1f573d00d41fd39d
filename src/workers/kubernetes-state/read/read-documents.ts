import { parseAllDocuments } from 'yaml';
import { isRecord, type Raw, recordsAt, textAt } from '../raw.ts';

const MAX_TEXT = 2_000_000;

/** The Kubernetes objects of a JSON or YAML text (also lists and several documents); none where it is neither. */
export function readDocuments(text: string): Raw[] {
  if (text.length > MAX_TEXT || !/^\s*[{[]|^\s*(?:---|apiVersion:|kind:|items:)/m.test(text)) return [];
  return documentsOf(text).flatMap(flatten);
}

/** What a text of JSON or YAML holds, whatever it is; undefined where it is neither. */
export function dataIn(text: string): unknown {
  const json = parseJson(text.trim());
  if (json !== undefined) return json;
  try {
    const [document] = parseAllDocuments(text.slice(0, MAX_TEXT), { logLevel: 'silent' });
    return document && 'toJS' in document ? document.toJS({ maxAliasCount: 50 }) : undefined;
  } catch {
    return undefined;
  }
}

function documentsOf(text: string): unknown[] {
  const trimmed = text.trim();
  if (/^[{[]/.test(trimmed)) {
    const json = parseJson(trimmed);
    if (json !== undefined) return [json];
  }
  if (!/^(?:apiVersion|kind|items|---)/m.test(trimmed) || nestsTooDeep(trimmed)) return [];
  try {
    return parseAllDocuments(trimmed, { logLevel: 'silent' }).map((document) =>
      'toJS' in document ? document.toJS({ maxAliasCount: 50 }) : null,
    );
  } catch {
    return [];
  }
}

/** No object of Kubernetes nests so deep; a broken text of brackets costs the parser seconds. */
const MOST_DEPTH = 100;

function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > MOST_DEPTH) return true;
  }
  return false;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An object, the items of a list, or the members of an array, as single objects that have a kind and a name. */
export function flatten(value: unknown): Raw[] {
  if (Array.isArray(value)) return value.flatMap(flatten);
  if (!isRecord(value)) return [];
  const kind = textAt(value, 'kind');
  if (Array.isArray(value.items)) {
    const itemKind = kind?.endsWith('List') ? kind.slice(0, -4) : null;
    return recordsAt(value, 'items').flatMap((item) =>
      flatten(item.kind || !itemKind ? item : { ...item, kind: itemKind }),
    );
  }
  return kind && textAt(value, 'metadata', 'name') ? [value] : [];
}
