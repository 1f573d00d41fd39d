import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A folder of cases made of the given files (names ending in .gz are packed), removed again by `remove`. */
export function caseFolder(files: Record<string, string | object>): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'rca-cases-'));
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), name.endsWith('.gz') ? gzipSync(text) : text);
  }
  return { path, remove: () => rmSync(path, { recursive: true }) };
}
