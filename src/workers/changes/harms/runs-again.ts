import { oneLine } from '../../detectors/support/text.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';

/** What runs again whenever one of the things that it depends on is another one than before. */
const REACTIVE =
  /\buse(?:Effect|LayoutEffect|Query|SWR|Async|AsyncEffect|InfiniteQuery)\b|\bLaunchedEffect\(|\bproduceState\(|\bqueryKey\b|\bwatch(?:Effect)?\(|\bcreateEffect\(|\$effect\(/;
/** The list of what it depends on, at the end of the call or as its key. */
const DEPENDS = /(?:^|[},]\s*)\[([^\]]*)\]\s*(?:,[^)]*)?\)|queryKey:\s*\[(.*)\]|LaunchedEffect\(([^)]*)\)/;
const NO_LIST = /^\s*\}\s*\);?\s*$/;
/** What makes a new object of what is the same, each time that the function around it runs. */
const MAKES_NEW =
  /^\s+(?:const|let|var|val)\s+(\w+)[^=]*=\s*(?:\{|\[|new |\(?[\w\s,{}]*\)?\s*=>|function|[\w.]+\.(?:filter|map|slice|concat|sort|toSorted)\(|Object\.(?:assign|keys|values|entries)\(|JSON\.parse\(|listOf\(|mapOf\()/;
const WRITTEN_HERE = /^\{|^\[|^\.\.\./;
const EVER_NEW = /Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|uuid|nanoid/i;
/** Keys of queries are compared by what they hold, not by which object they are. */
const COMPARED_BY_VALUE = /queryKey|useQuery|useSWR|useInfiniteQuery/;
const MEMOIZED = /useMemo\(|useCallback\(|useRef\(|useState\(|remember\b|useDeepCompare|JSON\.stringify/;
/** A request that a screen makes each time it is drawn, and a watcher that writes what it watches. */
const DRAWS_AND_ASKS =
  /FutureBuilder[^\n]{0,80}future:\s*\w+\(|StreamBuilder[^\n]{0,80}stream:\s*\w+\(|\bRequeue:\s*true/;

const ASKED_MORE =
  /requests?_per|calls?_per|_rps\b|\bqps\b|queries_per|requests?\/s|rate.?limit|\b429\b|too many|timeout acquiring|\bqueue\b|pool|slow request|throttl/i;

/** An effect, watcher or query that is run again with every render, since what it depends on is a new object each time. */
export function runsAgain({ added, removed, detail }: ReadChange): Consequence[] {
  const reason = dependsOnNew(added, removed, detail) ?? added.find((line) => DRAWS_AND_ASKS.test(line)) ?? null;
  if (reason === null || removed.some((line) => DRAWS_AND_ASKS.test(line))) return [];
  return [
    {
      why: `an effect runs and asks again with every render, in a loop, as what it depends on is new each time: "${oneLine(reason, 80)}"`,
      shows: ASKED_MORE,
      isPlain: true,
      feltByAsked: true,
    },
  ];
}

function dependsOnNew(added: string[], removed: string[], detail: string): string | null {
  if (!REACTIVE.test(detail.slice(0, 20_000))) return null;
  const { context, added: all } = signedLines(detail);
  const fresh = [...all, ...context].flatMap((line) => (MEMOIZED.test(line) ? [] : (MAKES_NEW.exec(line)?.[1] ?? [])));
  const known = new Set(removed.flatMap(dependenciesOf));
  for (const line of added) {
    const own = dependenciesOf(line).filter((name) => !known.has(name));
    const isObject = (name: string) => fresh.includes(name) || WRITTEN_HERE.test(name);
    const isNew = own.some((name) => EVER_NEW.test(name) || (!COMPARED_BY_VALUE.test(line) && isObject(name)));
    if (isNew) return line;
  }
  const hadList = removed.some((line) => /^\s*\}\s*,\s*\[/.test(line));
  const lost = all.find((line) => NO_LIST.test(line))?.trim();
  return hadList && lost !== undefined && !added.some((line) => /^\s*\}\s*,\s*\[/.test(line)) ? lost : null;
}

function dependenciesOf(line: string): string[] {
  const match = DEPENDS.exec(line);
  const list = match?.[1] ?? match?.[2] ?? match?.[3] ?? '';
  return list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}
