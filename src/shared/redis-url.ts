import type { RedisAddress, RedisPlace, RedisUrl, RedisUrlTls, Topology } from './redis-url.types.ts';

const OPTIONS = [
  'sentinelUsername',
  'sentinelPassword',
  'natMap',
  'family',
  'ca',
  'cert',
  'key',
  'servername',
  'rejectUnauthorized',
] as const;
type Option = (typeof OPTIONS)[number];

const FORM = /^([a-z][a-z+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/i;
const SCHEME = /^redis(s?)(?:\+(sentinel|cluster))?$/i;
const HOST = /^(?:\[([\da-f:.]+(?:%\w+)?)\]|([\w.-]+))(?::(\d{1,5}))?$/i;

const SENTINEL_EXAMPLE = 'redis+sentinel://sentinel-1:26379,sentinel-2:26379/mymaster';
const CLUSTER_EXAMPLE = 'redis+cluster://node-1:6379,node-2:6379';
const SCHEMES = `is not a Redis URL: give redis://host:6379, ${SENTINEL_EXAMPLE} or ${CLUSTER_EXAMPLE} (rediss for TLS), or leave it out to queue in PostgreSQL`;

const DEFAULT_PORT: Record<Topology, number> = { standalone: 6379, sentinel: 26379, cluster: 6379 };

/** Where an option means something; everywhere when it is not named. */
const ONLY_FOR: Partial<Record<Option, readonly Topology[]>> = {
  sentinelUsername: ['sentinel'],
  sentinelPassword: ['sentinel'],
  natMap: ['sentinel', 'cluster'],
};
const TLS_ONLY: readonly Option[] = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'];

/**
 * Reads `redis://`, `redis+sentinel://HOSTS/MASTER/DB`, `redis+cluster://HOSTS` and the same with `rediss`. Names every fault
 * with its remedy, as phrases that follow a variable's name; nothing that may be part of a password is repeated in them.
 */
export function parseRedisUrl(text: string): { url: RedisUrl | null; faults: string[] } {
  const [, scheme = '', authority = '', path = '', query = '', fragment] = FORM.exec(text.trim()) ?? [];
  const [isRedis, tls, form] = SCHEME.exec(scheme) ?? [];
  if (isRedis === undefined) return { url: null, faults: [SCHEMES] };
  if (fragment !== undefined) return misread('#', '%23');
  // A / or ? in a password cuts the authority short, and what follows looks like a path or an option.
  if (!authority.includes('@') && /@/.test(path)) return misread('/', '%2F');
  if (!authority.includes('@') && /@/.test(query)) return misread('?', '%3F');
  const faults: string[] = [];
  const topology = (form?.toLowerCase() ?? 'standalone') as Topology;
  const { username, password } = readUser(authority, faults);
  const hosts = readHosts(authority.slice(authority.lastIndexOf('@') + 1), topology, faults);
  const options = readOptions(
    query,
    { topology, isTls: tls !== '', mayQuote: !text.includes('@') || authority.includes('@') },
    faults,
  );
  const place = readPlace(topology, hosts, path, options, faults);
  const rest = {
    username,
    password,
    family: readFamily(options.family, faults),
    natMap: readNatMap(options.natMap, faults),
    tls: tls === '' ? null : readTls(options, faults),
  };
  return place === null || faults.length > 0 ? { url: null, faults } : { url: { place, ...rest }, faults };
}

const misread = (sign: string, escaped: string) => ({
  url: null,
  faults: [`has a ${sign} where none may be: write ${escaped} for one in a user name or password`],
});

function readUser(authority: string, faults: string[]): Pick<RedisUrl, 'username' | 'password'> {
  const end = authority.lastIndexOf('@');
  if (end < 0) return { username: null, password: null };
  const [, user = '', secret] = /^([^:]*)(?::(.*))?$/s.exec(authority.slice(0, end)) ?? [];
  const username = decoded(user, 'user name', faults);
  const password = secret === undefined ? null : decoded(secret, 'password', faults);
  // A user with nopass still authenticates, with an empty password.
  return { username: username || null, password: password ?? (username ? '' : null) };
}

function decoded(text: string, what: string, faults: string[]): string {
  try {
    return decodeURIComponent(text);
  } catch {
    faults.push(`has a ${what} that is not percent-encoded: write %25 for a % in it`);
    return '';
  }
}

function readHosts(text: string, topology: Topology, faults: string[]): RedisAddress[] {
  const parts = text.split(',');
  if (topology === 'standalone' && parts.length > 1) {
    faults.push(`names several hosts: say what they are, as ${SENTINEL_EXAMPLE} or ${CLUSTER_EXAMPLE}`);
    return [];
  }
  return parts.flatMap((part, index) => {
    const address = readAddress(part.trim(), DEFAULT_PORT[topology]);
    if (address) return [address];
    const which = parts.length === 1 ? 'a host' : `a host (number ${index + 1} of ${parts.length})`;
    faults.push(
      `has ${which} that is not of the form host:port with a port from 1 to 65535: give one such as redis:6379`,
    );
    return [];
  });
}

function readAddress(text: string, defaultPort: number | null): RedisAddress | null {
  const [, v6, name, digits] = HOST.exec(text) ?? [];
  const port = digits === undefined ? defaultPort : Number(digits);
  const host = v6 ?? name;
  return host === undefined || port === null || port < 1 || port > 65_535 ? null : { host, port };
}

type OptionTexts = Partial<Record<Option, string>>;
type OptionContext = { topology: Topology; isTls: boolean; mayQuote: boolean };

function readOptions(query: string, { topology, isTls, mayQuote }: OptionContext, faults: string[]): OptionTexts {
  const options: OptionTexts = {};
  for (const pair of query.split('&').filter(Boolean)) {
    const [, given = '', text = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    const name = OPTIONS.find((option) => option === given);
    if (name === undefined) {
      const shown =
        mayQuote && /^\w{1,30}$/.test(given) ? `the option ${given}, which is none of` : 'an option that is none of';
      faults.push(`has ${shown} ${OPTIONS.join(', ')}: leave it out`);
    } else if (text === '') {
      faults.push(`has ${name} without a value: give one, or leave it out`);
    } else if (ONLY_FOR[name] && !ONLY_FOR[name].includes(topology)) {
      faults.push(`has ${name}, which is for ${ONLY_FOR[name].join(' and ')} only: leave it out`);
    } else if (TLS_ONLY.includes(name) && !isTls) {
      faults.push(`has ${name}, which is for TLS only: leave it out, or begin the URL with rediss`);
    } else {
      options[name] = decoded(text, name, faults);
    }
  }
  return options;
}

function readPlace(
  topology: Topology,
  hosts: RedisAddress[],
  path: string,
  options: OptionTexts,
  faults: string[],
): RedisPlace | null {
  const [first] = hosts;
  const [name = '', number] = path.replace(/^\/|\/$/g, '').split('/');
  switch (topology) {
    case 'standalone': {
      const db = readDatabase(name, number === undefined, faults);
      return first ? { topology, server: first, db } : null;
    }
    case 'sentinel': {
      if (name === '')
        faults.push(`names no master: add what the sentinels call it behind the hosts, as in ${SENTINEL_EXAMPLE}`);
      const db = readDatabase(number ?? '', path.split('/').length <= 4, faults);
      const { sentinelUsername = null, sentinelPassword = null } = options;
      return {
        topology,
        sentinels: hosts,
        master: decoded(name, 'name of the master', faults),
        db,
        sentinelUsername,
        sentinelPassword,
      };
    }
    case 'cluster': {
      if (!/^\/?0?$/.test(path))
        faults.push('has a path, and a Cluster has no database but 0: end the URL after the hosts');
      return { topology, nodes: hosts };
    }
  }
}

function readDatabase(text: string, isAlone: boolean, faults: string[]): number {
  if (isAlone && /^\d{0,5}$/.test(text)) return Number(text);
  faults.push('has a database that is not a whole number: give it as the last part of the path, such as /0');
  return 0;
}

function readFamily(text: string | undefined, faults: string[]): 4 | 6 | null {
  if (text === undefined) return null;
  if (text === '4') return 4;
  if (text === '6') return 6;
  faults.push('has a family that is neither 4 nor 6: give one of them, or leave it out');
  return null;
}

function readFlag(name: Option, text: string | undefined, faults: string[]): boolean {
  if (text === undefined || text === 'true') return true;
  if (text !== 'false') faults.push(`has ${name} that is neither true nor false: give one of them, or leave it out`);
  return false;
}

function readTls({ ca, cert, key, servername, rejectUnauthorized }: OptionTexts, faults: string[]): RedisUrlTls {
  if ((cert === undefined) !== (key === undefined))
    faults.push('has one of cert and key without the other: give the files of the certificate and of its private key');
  return {
    ca: ca ?? null,
    cert: cert ?? null,
    key: key ?? null,
    servername: servername ?? null,
    rejectUnauthorized: readFlag('rejectUnauthorized', rejectUnauthorized, faults),
  };
}

function readNatMap(text: string | undefined, faults: string[]): Record<string, RedisAddress> {
  const map: Record<string, RedisAddress> = {};
  for (const entry of text === undefined ? [] : text.split(',')) {
    const [from = '', to = ''] = entry.split('=');
    const [named, reached] = [readAddress(from.trim(), null), readAddress(to.trim(), null)];
    if (named && reached) map[`${named.host}:${named.port}`] = reached;
    else
      faults.push(
        'has a natMap that is not of the form host:port=host:port, separated by commas: give each address that is announced, and where it is reached',
      );
  }
  return map;
}
