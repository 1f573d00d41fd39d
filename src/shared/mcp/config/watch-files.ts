import { type WatchedFile, watchContent } from './watch-config.ts';

/** Files that are looked after, and who is told when the content of one has become another. */
export type WatchedFiles = {
  /** From now on these, and no others; files that were watched already stay as they are known. */
  follow(paths: Iterable<string>): void;
  close(): void;
};

/** Watches a set of files that may change with their contents; `everyMs` as of watchContent. */
export function watchFiles(onChange: (path: string) => void, everyMs?: number): WatchedFiles {
  const watched = new Map<string, WatchedFile>();
  const follow = (paths: Iterable<string>) => {
    const wanted = new Set(paths);
    for (const [path, file] of watched) {
      if (wanted.has(path)) continue;
      file.close();
      watched.delete(path);
    }
    for (const path of wanted) {
      if (!watched.has(path))
        watched.set(
          path,
          watchContent(path, () => onChange(path), everyMs),
        );
    }
  };
  return { follow, close: () => follow([]) };
}
