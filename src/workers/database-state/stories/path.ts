import { name, quote } from '../../kubernetes-state/quote.ts';
import { isCalm } from '../calm-series.ts';
import type { CallerLine, CloudChange, DatabaseState } from '../database-state.ts';
import { changeText, metricOf, profileSeries, type SeriesProfile, valueText } from '../profile-series.ts';
import type { StoryContext, StoryTeller } from '../story.ts';
import { currentEvents, noActions, numbers } from './story-parts.ts';

/** What clients say whose packets get no answer; a server that is there and unwilling refuses. */
const UNANSWERED =
  /tim(?:e|ed)[- ]?out|ETIMEDOUT|no route to host|EHOSTUNREACH|network is unreachable|deadline exceeded|could not reach|can't reach/i;
const CANNOT_CONNECT = new Set(['database-unreachable', 'timeout', 'connection-lost']);
const STORE_PORT = /[: (](?:5432|3306|1433|1521|27017|6379)\b/;

/** What changes who may reach whom in a cloud, and takes something away. */
const PATH_CHANGE =
  /^(?:Revoke|Delete|Modify|Replace|Disassociate|Detach|Remove|Update|Create)\w*(?:SecurityGroup|NetworkAcl|Route(?!53)|VpcPeering|TransitGateway|VpcEndpoint|Firewall|NetworkInterfaceAttribute)/;
const CREATED = /^Create(?!NetworkAcl|Route)/;
/** A pool notices a closed way when it opens its next connection: so long after the change at most. */
const NOTICED_MS = 6 * 3_600_000;

/** What a server tells that was away itself. */
const AWAY = /restart|reboot|shut ?down|failover|failed over|recover|unavailable|stopped|storage-full|incompatible/i;
/** So many times as few connections as before are gone, not fewer. */
const FELL = 0.5;

/**
 * A server that is well by its own account while its callers get no answer from it: what is broken is the way between them, by the
 * change that took it away where one is told.
 */
export const path: StoryTeller = (state, context) => {
  const callers = unanswered(state, context);
  const change = lastChange(state);
  const vital = ownAccount(state);
  const connections = metricOf(state, 'DatabaseConnections', 'CurrConnections');
  const fell = connections !== null && !connections.recovered && connections.after < FELL * connections.before;
  if (vital === null || !((callers.length > 0 && (vital.length > 0 || change)) || (change && fell))) return null;
  const writers = [...new Set(callers.map(({ writer }) => writer).filter(Boolean))].slice(0, 3);
  const said = callers[0]
    ? `connections${writers.length > 0 ? ` of ${writers.map(name).join(', ')}` : ''} get no answer (${quote(callers[0].text, 170)})`
    : 'new connections do not arrive';
  const well = [
    ...vital.slice(0, 3).map(({ series, last }) => `${series.metric} ${valueText(last, series.unit)}`),
    ...(fell ? [changeText(connections)] : []),
  ];
  return {
    kind: 'path',
    class: 'network',
    score: scoreOf(callers.length > 0, change !== null, fell),
    text: `The network path to the database server ${context.server} is cut${change ? ` since ${changeClause(change)}` : ''}: ${said}${well.length > 0 ? `, while the server itself is well and idle (${well.join(', ')})` : ''}`,
    brief: 'its callers cannot reach it',
    evidence: [
      ...callers.map(({ evidence }) => evidence),
      ...(change ? [change.evidence] : []),
      ...numbers(...vital.slice(0, 3), connections),
    ],
    actions: noActions,
  };
};

function scoreOf(heard: boolean, changed: boolean, fell: boolean): number {
  if (changed) return heard ? 0.93 : 0.8;
  return fell ? 0.82 : 0.68;
}

/** The callers that get no answer, where they name the server or its port. */
function unanswered({ callers, series, instance }: DatabaseState, { server }: StoryContext): CallerLine[] {
  const names = [server, instance, ...series.map(({ entity }) => entity)].flatMap((name) => name?.toLowerCase() || []);
  return callers.filter(({ kind, text }) => {
    if (!CANNOT_CONNECT.has(kind) || !UNANSWERED.test(text) || /refused/i.test(text)) return false;
    return STORE_PORT.test(text) || names.some((name) => text.toLowerCase().includes(name));
  });
}

/** The vital metrics other than the number of clients, where all are calm; null where the server tells of a trouble of its own. */
function ownAccount(state: DatabaseState): SeriesProfile[] | null {
  if (currentEvents(state).some(({ message }) => AWAY.test(message))) return null;
  const vital = state.series.filter(({ metric }) => OWN.has(metric)).flatMap((series) => profileSeries(series) ?? []);
  const busy = vital.some(({ series, after }) => series.metric.endsWith('CPUUtilization') && after >= BUSY);
  const crowded = (metricOf(state, 'DatabaseConnections', 'CurrConnections')?.ratio ?? 0) >= CROWDED;
  return busy || crowded || !vital.every(isCalm) ? null : vital;
}

const OWN = new Set([
  'CPUUtilization',
  'EngineCPUUtilization',
  'FreeStorageSpace',
  'FreeableMemory',
  'ReadLatency',
  'WriteLatency',
  'DiskQueueDepth',
]);
/** A processor that is this busy, percent, or so many times the usual clients may be why nobody is answered. */
const BUSY = 80;
const CROWDED = 1.5;

/** The last change before the end of the window that takes a way away. */
function lastChange({ changes, series }: DatabaseState): CloudChange | null {
  const end = Math.max(...series.flatMap(({ points }) => points.flatMap(({ at }) => at ?? [])));
  const fits = changes.filter(({ name, at }) => {
    const ms = Date.parse(at ?? '');
    const timely = Number.isNaN(ms) || !Number.isFinite(end) || (ms <= end && ms >= end - NOTICED_MS);
    return timely && PATH_CHANGE.test(name) && !CREATED.test(name);
  });
  return fits.at(-1) ?? null;
}

const PLACE = /\b(?:sg|acl|rtb|pcx|subnet|eni|tgw|vpce)-[0-9a-f]{6,20}\b/;

/** `RevokeSecurityGroupIngress on sg-0a1b2c3d by deployer at 2031-04-02T10:03:11Z (port 5432)`. */
function changeClause({ at, name: call, who, text }: CloudChange): string {
  const place = PLACE.exec(text)?.[0];
  const port = /fromPort\\?"?\s*[:=]\s*\\?"?(\d{1,5})\b/i.exec(text)?.[1];
  const rule = /SecurityGroup/.test(call) ? 'a rule of the security group' : 'a rule of the network';
  return `${rule}${place ? ` ${place}` : ''} was changed (${call}${who ? ` by ${quote(who, 60)}` : ''}${at ? ` at ${at}` : ''}${port ? `, port ${port}` : ''})`;
}
