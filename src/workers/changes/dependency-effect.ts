import type { ChangeEffect } from './change-effect.ts';
import { frameworkVersion } from './harms/framework-version.ts';
import type { Consequence } from './harms/harm.ts';
import { versionsIn } from './versions.ts';

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
  return {
    effect: 'unseen',
    why,
    text: names.join(' '),
    consequences: [...brokenBy(names, why), ...frameworkVersion({ detail })],
  };
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
