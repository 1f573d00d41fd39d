import { isIP } from 'node:net';
import { nameFault, portFault, type ToolScope, timeFault, urlFault } from '../tool-scope.ts';

/** A question longer or deeper than this is no question. */
const MOST_CHARACTERS = 4_000;
const MOST_TEXT = 1_000;
const MOST_DEPTH = 8;
const MOST_LEAVES = 200;

/** Arguments that name something there is: it has to be named by the alert or the evidence. */
const NAMES_SOMETHING =
  /(?:^|_)(?:namespaces?|pods?|services?|apps?|application|deployments?|workloads?|containers?|nodes?|hosts?|hostname|servers?|instances?|clusters?|databases?|db|dbname|schemas?|tables?|collections?|buckets?|queues?|topics?|index|indices|users?|accounts?|tenants?|projects?|repos?|repository|owner|org|teams?|channels?|secrets?|files?|filename|path|dir|directory|urls?|uris?|addresse?s?|ips?|endpoints?|targets?|dashboards?|uids?|ids?|names?|resources?|release|job)$/;
const TIME =
  /(?:^|_)(?:from|to|start|end|since|until|before|after|time|timestamp|at|date|begin|range|duration|window|ago)$/;
/** Arguments whose words are the language of a query, or the name of a measurement; names in quotes still count. */
const SPEAKS =
  /(?:query|search|text|message|expr|expression|promql|logql|sql|statement|keywords?|filter|pattern|pipeline|metrics?|fields?|columns?|projection|sort|order|order_by|group|group_by|by|aggregation|selector|match)$/;

const ADDRESS_IN_TEXT =
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>)\]]{1,500}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}(?:com|net|org|io|dev|app|cloud|co|info|biz|xyz|tech|online|site|ru|cn|internal|local|svc|lan)\b/gi;
const LITERAL = /"([^"\n]{0,300})"|'([^'\n]{0,300})'|`([^`\n]{0,300})`/g;
/** Relative times, as most tools take them: `now-1h`, `30m`, `-15m`. */
const RELATIVE =
  /^(?:now)?\s?[-+]?\s?(?:(\d{1,5})\s?(ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?))?(?:\s?ago)?$/i;

/**
 * Why a tool of a server that is not ours may not be asked this, for the model to read; null when it may. Whatever the arguments name (a
 * namespace, a host, a table, a literal of a query) has to stand in the alerts or in the evidence, times have to lie in the time of
 * the incident, and a text has to be about the incident: so that nobody's words can make the model read, or carry to a
 * server, what has nothing to do with it.
 */
export function argumentScopeFault(
  args: Record<string, unknown>,
  schema: Record<string, unknown>,
  scope: ToolScope,
): string | null {
  if (JSON.stringify(args).length > MOST_CHARACTERS)
    return `the arguments are longer than ${MOST_CHARACTERS} characters`;
  const leaves = leavesOf(args);
  if (leaves === null) return 'the arguments are nested too deep, or too many';
  const open = leaves.filter(({ path, value }) => !isListed(schema, path[0]!, value));
  for (const { name, path, value } of open) {
    const fault = valueFault(name, value, scope);
    if (fault) return `${path.join('.')}: ${fault}`;
  }
  const texts = open.filter(({ name, value }) => typeof value === 'string' && value !== '' && !isTime(name, value));
  if (texts.length === 0 || texts.some(({ name, value }) => isThing(name) || isAbout(String(value), scope)))
    return null;
  return 'say what it is about: name the service, pod, host or namespace of the alert or the evidence';
}

type Leaf = { path: string[]; name: string; value: unknown };

/** The values with the names under which they stand; null where there are too many. */
function leavesOf(args: Record<string, unknown>): Leaf[] | null {
  const leaves: Leaf[] = [];
  const open: { path: string[]; name: string; value: unknown }[] = [{ path: [], name: '', value: args }];
  for (let node = open.pop(); node; node = open.pop()) {
    const { path, name, value } = node;
    if (path.length > MOST_DEPTH || leaves.length > MOST_LEAVES) return null;
    if (value === null || typeof value !== 'object') leaves.push({ path, name, value });
    else if (Array.isArray(value))
      for (const [index, item] of value.entries()) open.push({ path: [...path, String(index)], name, value: item });
    else
      for (const [key, item] of Object.entries(value))
        open.push({ path: [...path, key], name: plain(key), value: item });
  }
  return leaves.reverse();
}

/** `podName`, `pod-name` and `pod_name` are one. */
const plain = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();

/** A word out of the list of the tool's own schema. */
function isListed(schema: Record<string, unknown>, name: string, value: unknown): boolean {
  const property = (schema.properties as Record<string, { enum?: unknown; items?: { enum?: unknown } }> | undefined)?.[
    name
  ];
  return [property?.enum, property?.items?.enum].some((words) => Array.isArray(words) && words.includes(value));
}

function valueFault(name: string, value: unknown, scope: ToolScope): string | null {
  if (typeof value === 'number') return numberFault(name, value, scope);
  if (typeof value !== 'string' || value === '') return null;
  if (value.length > MOST_TEXT || /(?![\n\t])\p{C}/u.test(value))
    return 'is too long, or holds characters that nobody sees';
  if (value.includes('[masked:')) return 'holds a mark where something was masked, which asks for nothing';
  if (isTime(name, value)) return momentFault(value, scope);
  if (isThing(name)) return thingFault(value, scope);
  return textFault(name, value, scope);
}

const isThing = (name: string) => NAMES_SOMETHING.test(name) && !SPEAKS.test(name);

const EPOCH_UNITS = [1_000, 1, 1e-3, 1e-6] as const;
/** The last time that ECMAScript knows, epoch ms. */
const LAST_MS = 8.64e15;

function numberFault(name: string, value: number, scope: ToolScope): string | null {
  if (name === 'port') return portFault(value, scope);
  if (!TIME.test(name) || Math.abs(value) < 1e9) return null;
  const unit = EPOCH_UNITS[Math.min(3, Math.max(0, Math.floor((Math.log10(Math.abs(value)) - 9) / 3)))]!;
  const ms = value * unit;
  // A Date holds no more, and throws for it.
  return Math.abs(ms) <= LAST_MS ? timeFault(new Date(ms).toISOString(), scope) : 'is not a time';
}

const isIso = (value: string) => /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)/.test(value);
const isTime = (name: string, value: unknown) =>
  typeof value === 'string' &&
  (isIso(value) || (TIME.test(name) && (RELATIVE.test(value) || /^\d{10,19}$/.test(value))));

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function momentFault(value: string, scope: ToolScope): string | null {
  if (isIso(value)) return timeFault(value.replace(' ', 'T'), scope);
  if (/^\d+$/.test(value)) return numberFault('time', Number(value), scope);
  const [, count = '0', unit = 's'] = RELATIVE.exec(value) ?? [];
  const ms = unit.toLowerCase() === 'ms' ? Number(count) : Number(count) * (UNIT_MS[unit[0]!.toLowerCase()] ?? 1_000);
  return ms <= scope.to - scope.from ? null : 'reaches further back than the incident';
}

/** The name of something, an address, or several with commas between them; a pattern is judged without its signs. */
function thingFault(value: string, scope: ToolScope): string | null {
  if (value.includes('://')) return urlFault(value, scope);
  const parts = value.split(/[\s,|]+/).map((part) => part.replace(/^[\^(]+|[$)*.+-]+$/g, ''));
  const faults = parts.filter((part) => part !== '').map((part) => nameFault(part.replace(/^\/|\/$/g, ''), scope));
  return faults.find((fault) => fault !== null) ?? (parts.every((part) => part === '') ? 'names everything' : null);
}

function textFault(name: string, value: string, scope: ToolScope): string | null {
  for (const [address] of value.matchAll(ADDRESS_IN_TEXT)) {
    const isNamed = address.includes('://') ? scope.namesUrl(address) : scope.names(address);
    if (!isNamed) return `${address.slice(0, 80)} is named neither by the alert nor by the evidence`;
  }
  for (const literal of literalsOf(value)) {
    if (!scope.names(literal)) return `${literal.slice(0, 80)} is named neither by the alert nor by the evidence`;
  }
  // One word that looks like a name is one, whatever its argument is called.
  const isName =
    !SPEAKS.test(name) && /^[\w./-]*[\d./-][\w./-]*$/.test(value) && !/^-?[\d.]+(?:ms|s|m|h|d|%)?$/.test(value);
  return isName || isIP(value) !== 0 ? nameFault(value, scope) : null;
}

/** What stands in quotes, taken apart where it is a pattern; numbers, times and words of severity name nothing. */
function literalsOf(value: string): string[] {
  const quoted = [...value.matchAll(LITERAL)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return quoted
    .flatMap((text) => text.split(/[|,\s]+|\.[*+]\??/))
    .map((part) => part.replace(/^[\^(?:]+|[$)*+?]+$/g, '').replaceAll('\\', ''))
    .filter((part) => part.length > 1 && !/^[\d.:%TZ+-]+(?:ms|s|m|h|d)?$/.test(part) && !GENERAL.test(part));
}

const GENERAL =
  /^(?:error|errors|warn|warning|info|debug|fatal|critical|true|false|null|get|post|put|delete|[1-5]xx|failed|failure|timeout|running|pending)$/i;

/** True for a text that speaks of what the incident is about. */
function isAbout(text: string, scope: ToolScope): boolean {
  const words = text.match(/[A-Za-z0-9][\w.-]*[A-Za-z0-9]/g) ?? [];
  return words.some(
    (word) => scope.isSubject(word) || (/[\d.-]/.test(word) && /[a-z]/i.test(word) && scope.names(word)),
  );
}
