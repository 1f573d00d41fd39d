import { parseAllDocuments } from 'yaml';
import { isRecord, type Raw, recordsAt, textAt } from '../raw.ts';

const MAX_TEXT = 2_000_000;

/** The Kubernetes objects of a JSON or YAML text (also lists and several documents); none where it is neither. */
export function readDocuments(text: string): Raw[] {
  if (text.length > MAX_TEXT || !/^\s*[{[]|^\s*(?:---|apiVersion:|kind:|items:)/m.test(text)) return [];
  return documentsOf(text).flatMap(flatten);
}

function documentsOf(text: string): unknown[] {
  const trimmed = text.trim();
  if (/^[{[]/.test(trimmed)) {
    const json = parseJson(trimmed);
    if (json !== undefined) return [json];
  }
  if (!/^(?:apiVersion|kind|items|---)/m.test(trimmed)) return [];
  try {
    return parseAllDocuments(trimmed, { logLevel: 'silent' }).map((document) =>
      'toJS' in document ? document.toJS({ maxAliasCount: 50 }) : null,
    );
  } catch {
    return [];
  }
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
