import { oneLine } from '../../detectors/support/text.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';

/** What stands before all keys of a cache. */
const PREFIX =
  /["']?\b(\w*(?:prefix|namespace|seed|salt|generation|epoch)\w*|cache[._-]?(?:version|name|key|id)|key[._-]?version|buster)\b["']?\s*(?::=|=>|[:=(,])/i;
/** What a change tells of caches by, in its files or lines. */
export const OF_CACHES = /cache|memoi[sz]|redis|valkey|memcache|varnish|fragment|cdn/i;
/** What is another one after each release, in each process or on each day. */
const CHANGES =
  /release|version|build|commit|\bsha\b|_sha\b|revision|deploy|\bgit\b|hostname|pod_?name|\bpid\b|uuid|random|\bnow\b|now\(|time\(|date\b|timestamp|boot|started/i;

const EMPTY =
  /miss(?:es|ed|_|\b)|hit.?rat|hits?_|not found,? comput|recomput|comput\w+|regenerat|warm|cold|stampede|evict|slow.?quer|quer(?:y|ies)|questions|threads.?running|database|\bdb\b|sql|too many connections|memor/i;

/** A part of the prefix of all keys that comes from the release or the process: the whole cache is lost whenever that changes. */
export function cacheGeneration({ removed, added, detail, files }: ReadChange): Consequence[] {
  const context = signedLines(detail).context.join('\n');
  if (![...files, ...removed, ...added, context].some((text) => OF_CACHES.test(text))) return [];
  const before = removed.map((line) => ({ line, name: PREFIX.exec(line)?.[1]?.toLowerCase() }));
  for (const line of added) {
    const match = PREFIX.exec(line);
    if (!match) continue;
    const old = before.find(({ name }) => name === match[1]!.toLowerCase());
    const value = line.slice(match.index + match[0].length);
    const was = old ? old.line.slice(PREFIX.exec(old.line)![0].length) : '';
    if (!old || !CHANGES.test(value) || CHANGES.test(was)) continue;
    return [
      {
        why: `the prefix of all its cache keys changes with every release or start, so that the cache is empty (cold) after each: "${oneLine(line, 90)}"`,
        shows: EMPTY,
        isPlain: true,
      },
    ];
  }
  return [];
}
