import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The rows of a comma-separated text (RFC 4180), each as an object by the names of its first line. */
export function parseCsv(text: string): Record<string, string>[] {
  const [names, ...rows] = readRecords(text);
  if (!names) return [];
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])));
}

/** The rows of a gzipped CSV file; none where the file is absent. */
export function readCsvGz(path: string): Record<string, string>[] {
  return existsSync(path) ? parseCsv(gunzipSync(readFileSync(path)).toString('utf8')) : [];
}

/** The rows of a CSV file; none where the file is absent. */
export function readCsv(path: string): Record<string, string>[] {
  return existsSync(path) ? parseCsv(readFileSync(path, 'utf8')) : [];
}

/** A field is quoted (its quotes doubled, line breaks kept) or plain up to the next comma or line end. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/gy;

function readRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const match of text.matchAll(FIELD)) {
    const [, quoted, plain = '', end] = match;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
    if (end === '') break;
  }
  return records;
}
