import { type Consequence, type ReadChange, signedLines } from './harm.ts';

/** What decides by the address of a client whether it is let in: rules of clouds, clusters, servers and programs. */
const LETS_IN =
  /\b(?:cidr\w*|ip_?ranges?|ip_?block|ip_?set|source_(?:ranges|address\w*|ips?)|sourceRanges|loadBalancerSourceRanges|security_?group\w*|allow(?:ed)?(?:[_-]?(?:list|from|ips?|networks?|ranges|cidrs?|hosts|sources))?|allow-?list|white-?list\w*|trusted_?\w*|authori[sz]ed_?(?:networks|ip_ranges)|pg_hba|remote_ip|ACCEPT|hostssl|host)\b/i;
/** Lines that keep the addresses out which they name. */
const KEEPS_OUT = /\b(?:deny|denied|drop|reject|block(?:ed)?[_-]?list|black-?list|except|exclude\w*)\b/i;
const RANGE = /(?<![\d.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})(?![\d.])/g;

/** What those see who are not let in any more; who waits for an answer names the peer, and who watches the network both. */
const TURNED_AWAY =
  '(?:REJECT|DENY|DROP|no pg_hba\\.conf entry|i\\/o timeout|time[sd]? ?out|ETIMEDOUT|refused|unreachable|no route|not allowed|not permitted|forbidden|\\b403\\b)';
const CONNECTS = '(?:connect\\w*|dial\\w*|handshake)';

type Range = { written: string; octets: number[]; bits: number };

/** An address range that is let in no longer; shown best by an address of that range among what is turned away. */
export function narrowedAddresses({ detail }: ReadChange): Consequence[] {
  const { removed, added, context } = signedLines(detail);
  const left = new Set(rangesIn([...added, ...context]).map(({ written }) => written));
  const gone = rangesIn(removed.filter((line) => !KEEPS_OUT.test(line))).filter(
    ({ written, octets, bits }) => !left.has(written) && bits > 0 && octets.every((octet) => octet <= 255),
  );
  const letsIn = [...removed, ...context].some((line) => LETS_IN.test(line));
  const [first] = gone;
  if (!first || !letsIn || widens(gone, rangesIn(added))) return [];
  const told = gone.slice(0, MOST_TOLD).map(({ written }) => written);
  const why = `its rule lets the address range ${told.join(', ')} in no longer`;
  const within = gone.slice(0, MOST_TOLD).map(patternOf).join('|');
  const shows = new RegExp(
    `(?<=${TURNED_AWAY}\\b[^\\n]{0,80}?)(?<![\\d.])(?:${within})(?![\\d.])|(?<![\\d.])(?:${within})(?![\\d.])(?=[^\\n]{0,80}?${TURNED_AWAY})|${CONNECTS}[^\\n]{0,120}?${TURNED_AWAY}`,
    'i',
  );
  return [{ why, shows, isPlain: true, class: 'network' }];
}

const MOST_TOLD = 3;

const rangesIn = (lines: string[]): Range[] =>
  lines.flatMap((line) =>
    [...line.matchAll(RANGE)].map(([written, ...numbers]) => {
      const values = numbers.map(Number);
      return { written, octets: values.slice(0, 4), bits: Math.min(values[4]!, 32) };
    }),
  );

const numberOf = ({ octets }: Range): number => octets.reduce((sum, octet) => sum * 256 + octet, 0);
const contains = (wide: Range, narrow: Range): boolean =>
  wide.bits <= narrow.bits &&
  Math.floor(numberOf(wide) / 2 ** (32 - wide.bits)) === Math.floor(numberOf(narrow) / 2 ** (32 - wide.bits));

/** True where every range that went is within one that came. */
const widens = (gone: Range[], came: Range[]): boolean => gone.every((one) => came.some((wide) => contains(wide, one)));

/** The addresses of a range as the source of a pattern: whole octets as they are, the one in which the range ends by all its values. */
function patternOf({ octets, bits }: Range): string {
  return octets
    .map((octet, index) => {
      const fixed = Math.min(8, Math.max(0, bits - 8 * index));
      if (fixed === 8) return String(octet);
      if (fixed === 0) return '\\d{1,3}';
      const size = 2 ** (8 - fixed);
      const from = octet - (octet % size);
      return `(?:${Array.from({ length: size }, (_, step) => from + step).join('|')})`;
    })
    .join('\\.');
}
