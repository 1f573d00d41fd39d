import type { AlertClass } from '../../shared/alert.ts';
import { oneLine, round } from '../detectors/support/text.ts';
import { isStore } from '../kubernetes-state/logs/store-of.ts';
import { metricKind } from '../localisation/telemetry/metric-kind.ts';
import { demandSurge, moreWork } from './demand.ts';
import { type IncidentPicture, isReporter } from './incident-picture.ts';
import { type CauseKind, PLAIN_TROUBLES } from './plain-troubles.ts';
import type { ProblemLine } from './problem-lines.ts';

/** A reason outside of the program: no change of the program explains what it explains. */
export type OperationalCause = {
  kind: CauseKind;
  class: AlertClass;
  statement: string;
  /** Who gets the requests of a `demand`, or whose disk it is in `storage`. */
  service?: string;
  /** Where what is asked of the `service` waits. */
  waitsAt?: string;
  /** Who says so in plain words. */
  saidBy?: string;
  evidence: number[];
};

/** The first that the picture shows, the most certain kind first; null where nothing of the kind is seen. */
export function operationalCause(picture: IncidentPicture): OperationalCause | null {
  const first = picture.failing[0]?.service ?? null;
  const own = picture.problems.filter(({ service }) => service === first);
  return (
    poisonRecord(own) ??
    externalOutage(own, picture) ??
    heldByHand(picture) ??
    saidPlainly(picture) ??
    usedUp(picture) ??
    upkeepOf(picture) ??
    crowdedNode(picture) ??
    demandSurge(picture, first) ??
    moreWork(picture)
  );
}

/** Somebody who works at a database by hand holds the locks that the programs wait for. */
function heldByHand({ holder }: IncidentPicture): OperationalCause | null {
  if (!holder) return null;
  const { statement, service, evidence } = holder;
  return { kind: 'held', class: 'database', statement, ...(service && { service }), evidence };
}

/** A machine in trouble was upgraded by its own system shortly before. */
function upkeepOf({ upkeep }: IncidentPicture): OperationalCause | null {
  if (!upkeep) return null;
  const { machine, said, service, evidence } = upkeep;
  const statement = `The system of machine ${oneLine(machine, 60)} was upgraded or restarted by itself shortly before: "${oneLine(said, 140)}"`;
  return { kind: 'upkeep', class: 'infrastructure', statement, saidBy: service, evidence: [evidence] };
}

/** From here on something is seen to wait for the credits. */
const WAITED_FOR = 0.8;

/** A machine that is in trouble, or that those in trouble ask, has used up what it may do beyond its baseline, as its metrics show. */
function usedUp({ credits, failing, shifts }: IncidentPicture): OperationalCause | null {
  if (!credits?.server || credits.score < WAITED_FOR) return null;
  const { server, text, evidence } = credits;
  if (![...failing, ...shifts].some(({ service }) => service === server)) return null;
  return { kind: 'quota', class: 'resource', statement: text, saidBy: server, evidence };
}

const cite = (items: { evidence: number }[]) =>
  [...new Set(items.map(({ evidence }) => evidence))].sort((a, b) => a - b);

/** Names of what one piece of data is known by. */
const RECORD =
  /\b((?:record|message|event|msg|row|document|order|job|batch|object)[_-]?id|offset|record|message[_-]?key|checksum)[=:\s]+["']?([\w-]*\d[\w-]*)/gi;
/** A file of data by its name, as partners deliver them. */
const DELIVERED =
  /(?<![\w./-])([A-Za-z][\w-]*\d[\w.-]*\.(?:csv|tsv|xml|jsonl?|ndjson|xlsx?|edi|txt|dat|parquet|avro)(?:\.gz)?)\b/g;
const REPEATS = 5;
const NEARLY_ALL = 0.9;

/** The same piece of data fails over and over while nothing else does: it can't be read, and it comes back. */
function poisonRecord(lines: ProblemLine[]): OperationalCause | null {
  const ids = lines.map(
    ({ body }) =>
      new Set([
        ...[...body.matchAll(RECORD)].map(([, name, value]) => `${name} ${value}`),
        ...[...body.matchAll(DELIVERED)].map(([, name]) => `file ${name}`),
      ]),
  );
  const counts = new Map<string, number>();
  for (const id of ids.flatMap((names) => [...names])) counts.set(id, (counts.get(id) ?? 0) + 1);
  const identified = ids.filter((names) => names.size > 0).length;
  const same = [...counts]
    .filter(([, count]) => count >= REPEATS && count >= NEARLY_ALL * identified)
    .map(([id]) => id);
  if (same.length === 0 || identified < lines.length / 2) return null;
  const told = same
    .slice(0, 2)
    .map((id) => oneLine(id, 60))
    .join(', ');
  const statement = `One piece of data fails again and again (${told}) while nothing says that others fail`;
  return { kind: 'data', class: 'application', statement, evidence: cite(lines) };
}

const OUTSIDE_URL = /\bhttps?:\/\/([a-z0-9.-]+\.[a-z]{2,})/i;
const INSIDE_HOST = /\.(?:svc|local|internal|cluster|lan|corp|localdomain)$|\.svc\./i;
const HOST_ATTRIBUTES = ['upstream.host', 'server.address', 'net.peer.name', 'peer.service', 'http.host'];
const ITS_FAULT =
  /\b5\d\d\b|unavailable|timed? ?out|deadline|refused|reset|unreachable|outage|bad gateway|no route|overloaded/i;
const MOST = 0.5;

/** Most complaints are about calls to somebody outside who answers with failures or not at all. */
function externalOutage(lines: ProblemLine[], { problems }: IncidentPicture): OperationalCause | null {
  const services = new Set(problems.map(({ service }) => service.toLowerCase()));
  const outside = lines.flatMap((line) => {
    const host = outsideHost(line, services);
    return host && ITS_FAULT.test(`${line.body} ${Object.values(line.attributes).join(' ')}`) ? [{ line, host }] : [];
  });
  if (outside.length === 0 || outside.length < MOST * lines.length) return null;
  const host = oneLine(outside[0]!.host, 80);
  const statement = `Calls to ${host}, which is outside of the system, fail: "${oneLine(outside[0]!.line.body, 120)}"`;
  return { kind: 'external', class: 'network', statement, evidence: cite(outside.map(({ line }) => line)) };
}

function outsideHost({ body, attributes }: ProblemLine, services: Set<string>): string | null {
  const attributed = HOST_ATTRIBUTES.flatMap((name) => attributes[name] ?? []);
  const candidates = [OUTSIDE_URL.exec(body)?.[1], ...attributed].filter((host) => host !== undefined);
  const isOutside = (host: string) => host.includes('.') && !INSIDE_HOST.test(host) && !/^[\d.]+$/.test(host);
  return candidates.find((host) => isOutside(host) && !services.has(host.toLowerCase())) ?? null;
}

/** A store knows its own numbers; and where the trouble began it is known whose certificate it was. */
const knowsBest = (kind: OperationalCause['kind'], { service }: ProblemLine, first: string | undefined): boolean =>
  kind === 'numbers' ? isStore(service) : kind === 'expired' && service === first;

/** Pods of a lost machine are missed after minutes, and a machine itself is missed after a minute or some. */
const [BEFORE_MS, AFTER_MS] = [15 * 60_000, 6 * 60_000];
const isAround = (at: number, onset: number): boolean => at >= onset - BEFORE_MS && at <= onset + AFTER_MS;

function saidPlainly({ problems, failing, onset }: IncidentPicture): OperationalCause | null {
  for (const { kind, class: found, words, what, isNear } of PLAIN_TROUBLES) {
    const lines = problems.filter(({ at, body }) => words.test(body) && (!isNear || isAround(at, onset)));
    const said = lines.find((line) => knowsBest(kind, line, failing[0]?.service)) ?? lines[0];
    if (!said) continue;
    const statement = `${what}: "${oneLine(said.body, 140)}"`;
    const isPlace = (kind === 'storage' || kind === 'numbers') && !isReporter(said.service);
    const place = isPlace ? { service: said.service } : {};
    return { kind, class: found, statement, ...place, saidBy: said.service, evidence: cite(lines) };
  }
  return null;
}

const CROWDED = /(?:pressure|throttl|\bevict|\boom|contend|overcommit|\bnoisy\b|\bsteal\b)/i;
/** A container that goes beyond its own limit is killed on a machine with room, too. */
const OF_CONTAINER =
  /^(?!.*\bsystem ?oom\b).*(?:\bcontainer\b.*\boom-?kill|\boom-?killed\b.*\bcontainer\b|memory cgroup out of memory)/i;
const TIMES_MORE = 2;

/** The machine is crowded, as the platform says or its own metrics show, and not by more requests. */
function crowdedNode({ problems, shifts }: IncidentPicture): OperationalCause | null {
  const reports = problems.filter(
    ({ service, body }) => isReporter(service) && CROWDED.test(body) && !OF_CONTAINER.test(body),
  );
  const hosts = shifts.filter(
    ({ metric, before, since }) => metricKind(metric) === 'host' && since > TIMES_MORE * before,
  );
  if (reports.length + hosts.length === 0) return null;
  const said = reports[0] ? `"${oneLine(reports[0].body, 140)}"` : '';
  const seen = hosts[0]
    ? `${hosts[0].metric} of ${hosts[0].service} went from ${round(hosts[0].before, 3)} to ${round(hosts[0].since, 3)}`
    : '';
  const statement = `The machine is crowded: ${[said, seen].filter(Boolean).join('; ')}`;
  return { kind: 'node', class: 'resource', statement, evidence: cite([...reports, ...hosts]) };
}
