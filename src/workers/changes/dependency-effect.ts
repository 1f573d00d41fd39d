import type { ChangeEffect } from './change-effect.ts';
import type { Consequence } from './harms/harm.ts';

const MAX_LINES = 600;
const MAX_LINE = 400;

type Version = { sign: string; name: string; version: string };

/** Patch versions promise to change nothing but faults (semver.org); a new minor or major version may do anything. */
export function dependencyEffect(detail: string): Pick<ChangeEffect, 'effect' | 'why'> & Partial<ChangeEffect> {
  const versions = versionsIn(detail);
  const before = new Map(versions.filter(({ sign }) => sign === '-').map(({ name, version }) => [name, version]));
  const larger = versions.filter(({ sign, name, version }) => {
    const old = before.get(name);
    return sign === '+' && old !== undefined && minorOf(old) !== minorOf(version);
  });
  if (larger.length === 0) return { effect: 'preserving', why: 'it raises patch versions of libraries only' };
  const names = [...new Set(larger.map(({ name }) => name))];
  const why = `it takes new versions of ${names.slice(0, 3).join(', ')}`;
  return { effect: 'unseen', why, text: names.join(' '), consequences: brokenBy(names, why) };
}

/** Of a file of another form every version stands in a line of its own, below the name of what it is of. */
const NAMED_ABOVE =
  /<artifactId>([\w.-]+)<|\bInclude="([\w.-]+)"|^\s*name = "([\w.-]+)"|^\s*"node_modules\/(?:@[\w-]+\/)?([\w.-]+)"/;
const ALONE = /^\s*(?:<(?:[\w.-]*\.)?version>|version = "|"version": ")v?(\d+\.\d+(?:\.\d+)*)/i;
const REFERENCE = /\bInclude="([\w.-]+)"[^>]{0,80}\bVersion="(\d+\.\d+(?:\.\d+)?)/;
const TOGETHER = /["']?([\w@./-]+?)["']?[\s:=@]+["'^~=<>]*v?(\d+\.\d+(?:\.\d+)?)/;

function versionsIn(detail: string): Version[] {
  let above = '';
  return detail.split('\n', MAX_LINES).flatMap((line): Version[] => {
    const [sign, text] = [line.slice(0, 1), line.slice(1, MAX_LINE)];
    above =
      NAMED_ABOVE.exec(text)
        ?.slice(1)
        .find((name) => name !== undefined) ?? above;
    const reference = REFERENCE.exec(text);
    if (reference) return [{ sign, name: reference[1]!, version: reference[2]! }];
    const alone = ALONE.exec(text);
    if (alone) return [{ sign, name: above || 'library', version: alone[1]! }];
    const match = TOGETHER.exec(text);
    return match ? [{ sign, name: match[1]!, version: match[2]! }] : [];
  });
}

const minorOf = (version: string) => version.split('.').slice(0, 2).join('.');

const LEAST_LETTERS = 4;
/** Parts of the names of libraries that stand in every complaint. */
const EVERYWHERE =
  /^(?:client|server|core|common|commons|utils?|http|java|node|types|google|apache|github|plugin|library|async|data|version|spring|react)$/i;

/** Whom libraries speak with, as complaints tell of it that do not name the library. */
const SPEAKS_WITH: readonly [RegExp, string][] = [
  [/boto|aws-?(?:java-)?sdk|s3transfer|aws_sdk/i, 's3|putobject|getobject|x-amz|sqs|dynamodb|bucket'],
  [/psycopg|asyncpg|\bpgx|\blib\/pq|npgsql|pgjdbc|(?:^|\/)pg$|postgresql/i, 'postgres\\w*|psql'],
  [/mysql|mariadb|pymysql/i, 'mysql|mariadb'],
  [/redis|lettuce|jedis/i, 'redis|valkey'],
  [/kafka|sarama|rdkafka/i, 'kafka|partition|broker|consumer group'],
  [/openssl|rustls|bouncycastle|certifi|cryptography/i, 'tls|ssl|certificate|handshake'],
  [/grpc|netty|protobuf/i, 'grpc|rst_stream|goaway|http\\/?2'],
  [/elasticsearch|opensearch/i, 'elasticsearch|opensearch'],
  [/mongo/i, 'mongo\\w*'],
];

/** A library that complaints call by its name, after a new version of it came. */
function brokenBy(names: string[], why: string): Consequence[] {
  const words = [
    ...names.flatMap((name) => telling(name) ?? []).slice(0, MOST_NAMES),
    ...SPEAKS_WITH.filter(([library]) => names.some((name) => library.test(name))).map(([, peers]) => peers),
  ];
  return words.length === 0
    ? []
    : [{ why, shows: new RegExp(`(?<![a-z])(?:${words.join('|')})(?![a-z])`, 'i'), isPlain: true }];
}

const MOST_NAMES = 20;

/** The part of a name by which one knows the library. */
const telling = (name: string): string | undefined =>
  name
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part.length >= LEAST_LETTERS && !EVERYWHERE.test(part))
    .toSorted((left, right) => right.length - left.length)[0];
