import { workloadOf } from '../../detectors/support/names.ts';
import { serviceRole } from './service-role.ts';

/** Finds the other service that a line of a service speaks of as the far end of a call; null where it names none. */
export type PeerOf = (body: string, own: string) => string | null;

/** Words and signs after which the far end of a call stands: `call to NAME`, `http://NAME`, `dial tcp NAME`, `@NAME`. */
const AFTER =
  /(?:\/\/|@|\b(?:to|calling|call|dial|tcp|host|upstream|peer|target|connect(?:ing)?|lookup|from|of|by)[\s:="'`[(]+)([a-z][\w.-]{2,120})/g;
/** What stands before a port. */
const BEFORE_PORT = /\b([a-z][\w.-]{2,120}):\d{2,5}\b/g;
/** A name of several parts (`order-service`) is no word of the language and needs nothing beside it. */
const COMPOUND = /\b[a-z][a-z\d]*(?:[-_][a-z\d]+)+\b/g;
/** A member of a cluster by its ordinal (`rabbit@rabbit-1`, `broker kafka-2`, `redis-0.redis:6379`): names of anything else may end in a number, too. */
const MEMBER =
  /(?:\/\/|@|\b(?:node|broker|host|member|replica|primary|leader|master|instance|dial tcp|lookup|upstream|peer)[\s:="'`[(]+)([a-z][a-z\d-]{1,60}-\d{1,2})(?![\w-])|\b([a-z][a-z\d-]{1,60}-\d{1,2})(?:\.[\w.-]{1,120})?:\d{2,5}\b/g;
/** What a line is about stands near its beginning; stack traces and payloads follow. */
const MAX_CHARACTERS = 600;

/** `services` are all names that telemetry knows; a bare word that is also the name of a service (`user`) counts only at the end of a call. */
export function peersAmong(services: Iterable<string>): PeerOf {
  const known = new Map([...services].map((name) => [name.toLowerCase(), name]));
  return (body, own) => {
    const text = body.slice(0, MAX_CHARACTERS).toLowerCase();
    for (const pattern of [BEFORE_PORT, AFTER, COMPOUND]) {
      for (const match of text.matchAll(pattern)) {
        const name = known.get(match[1] ?? match[0]) ?? known.get((match[1] ?? match[0]).split('.')[0]!);
        if (name !== undefined && name !== own) return name;
      }
    }
    const members = [...text.matchAll(MEMBER)].map(([, named, atPort = '']) => clusterOf(named ?? atPort, known));
    return members.find((name) => name !== undefined && name !== own) ?? null;
  };
}

/** Members have the name of their workload, which may be short for the service: `rabbit-1` is one of `rabbitmq`, where that is the only store so called. */
function clusterOf(member: string, known: Map<string, string>): string | undefined {
  const workload = workloadOf(member);
  const stores = [...known].filter(([name]) => name.startsWith(workload) && serviceRole(name) === 'store');
  const only = stores.length === 1 && workload.length >= LEAST_LETTERS ? stores[0]?.[1] : undefined;
  return known.get(workload) ?? only;
}

/** Shorter names begin many others. */
const LEAST_LETTERS = 4;
