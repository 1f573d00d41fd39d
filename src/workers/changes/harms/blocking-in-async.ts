import { oneLine } from '../../detectors/support/text.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';
import { HANDED_OVER, some } from './lines.ts';

/** Calls that hold the thread they run on until they are through, by their names. */
const WAITS_IN_PLACE =
  /\b\w+Sync\(|\brequests\.(?:get|post|put|patch|delete|head|request)\(|\btime\.sleep\(|\burlopen\(|\bhttpx\.(?:get|post|put|patch|delete|request)\(|\bsubprocess\.(?:run|call|check_\w+)\(|\bos\.system\(|(?<![\w.])open\([^)]*\)\.(?:read|write)|\bsqlite3\.connect\(|\bpsycopg2?\.connect\((?!.*await)|\bpymysql\.connect\(|\.block(?:First|Last|Optional)?\(\)|\.Result\b|\.Wait(?:All)?\(\)|\.GetAwaiter\(\)|\bThread\.[sS]leep\(|\bthread::sleep\(|\brunBlocking\b|\bblock_on\(|\breqwest::blocking\b|\bureq::|\bstd::fs::\w+\(|(?<!tokio::)\bfs::(?:read|write|copy)\w*\((?!.*\.await)|\b\w*(?:jdbcTemplate|JdbcTemplate|restTemplate|RestTemplate)\.\w+\(|\.(?:executeQuery|executeUpdate)\(/;
/** What hands out clients whose calls all wait in place, with the name that one gets. */
const BLOCKING_CLIENT =
  /(?:^|[^\w.])(?:self\.)?(\w+)(?:\s*:[^=]+)?\s*=\s*(?:requests\.(?:Session|session)\(|httpx\.Client\(|urllib3\.(?:PoolManager|HTTPConnectionPool)\(|http\.client\.HTTPS?Connection\(|boto3\.(?:client|resource)\(|redis\.(?:Redis|StrictRedis|from_url)\(|psycopg2?\.connect\(|pymysql\.connect\(|MySQLdb\.connect\(|sqlite3\.connect\(|MongoClient\(|smtplib\.SMTP\w*\(|Elasticsearch\(|reqwest::blocking::Client|postgres::Client::connect|new RestTemplate\(|new JdbcTemplate\()/;
const ASYNCHRONOUS = /\basync\b|\bawait\b|\.await\b|\b(?:Mono|Flux|suspend)\b/;
/** A function of Python that is not asynchronous is run on a thread of its own by those who serve requests. */
const OF_PYTHON = /\.pyi?$/;
const MOST_READ = 20_000;

const STUCK =
  /event.?loop|\blag\b|block(?:ed|ing)|hang|hung|health.?check|probe|time[sd]? ?out|slow|latenc|p9\d|duration|threads?\b|Executing <(?:Task|Handle)|starv/i;

/** A call that waits in place within what is asynchronous, so that all else on the same loop or thread waits with it. */
export function blockingInAsync({ removed, added, detail, files }: ReadChange): Consequence[] {
  const text = detail.slice(0, MOST_READ);
  const { added: all, context } = signedLines(text);
  const now = [...all, ...context];
  const wasMadeSynchronous = files.some((file) => OF_PYTHON.test(file)) && some(removed, /^async def\b/);
  const around = wasMadeSynchronous ? now.concat(text.match(/^@@.*$/gm) ?? []) : [text];
  if (!some(around, ASYNCHRONOUS) || some(now, HANDED_OVER) || some(removed, WAITS_IN_PLACE)) return [];
  const clients = now.flatMap((line) => BLOCKING_CLIENT.exec(line)?.[1] ?? []);
  const ofClient = clients.map((name) => new RegExp(`(?<!await )\\b${name}\\.\\w+\\(`));
  const line = added.find((one) => WAITS_IN_PLACE.test(one) || ofClient.some((pattern) => pattern.test(one)));
  if (line === undefined) return [];
  return [
    {
      why: `it waits in place, by a blocking (synchronous) call in what is asynchronous, so that nothing else runs on the event loop or thread meanwhile: "${oneLine(line, 80)}"`,
      shows: STUCK,
      isPlain: true,
    },
  ];
}
