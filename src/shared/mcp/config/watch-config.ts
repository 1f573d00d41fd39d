import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

export type WatchedFile = { close(): void };

/** How often the file is looked at, ms: often enough for a person, and right where file events are not (mounted ConfigMaps). */
const LOOK_MS = 2_000;

/** Calls `onChange` when the content of the file has become another; a file that is gone for a moment has not changed. */
export function watchContent(path: string, onChange: () => void, everyMs = LOOK_MS): WatchedFile {
  let known = fingerprint(path);
  let stamp = stampOf(path);
  const timer = setInterval(() => {
    const now = stampOf(path);
    if (now === null || now === stamp) return;
    stamp = now;
    const content = fingerprint(path);
    if (content === null || content === known) return;
    known = content;
    onChange();
  }, everyMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}

/** What changes when a file is written or exchanged. */
function stampOf(path: string): string | null {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return null;
  }
}

function fingerprint(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return null;
  }
}
