import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { oneLine } from '../detectors/support/text.ts';
import { isStore } from '../kubernetes-state/logs/store-of.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import { wordsOf } from '../localisation/telemetry/metric-kind.ts';
import type { MetricShift } from './metric-shifts.ts';
import type { ProblemLine } from './problem-lines.ts';

/** A session in which somebody works at a database by hand, and that holds the locks for which the programs wait. */
export type LockHolder = { statement: string; service: string | null; evidence: number[] };

type Line = { service: string; at: number; text: string; evidence: number };

/** How servers and those who watch them tell which session holds a lock: PostgreSQL, MySQL, SQL Server, Oracle, and pairs of names and values. */
const HELD_BY: readonly RegExp[] = [
  /\bprocess(?:es)? holding the lock: (\d{1,9})\b/i,
  /\b(?:blocked|held|locked) by (?:the )?(?:process|session|thread|connection|backend|pid|spid|sid|trx)(?:[ _]?id)?[ :=#]{1,3}(\d{1,9})\b/i,
  /\b(?:block(?:ing|er)|holding|holder|final_blocking)[ _](?:process|session|thread|connection|backend|pid|spid|sid)(?:[ _]?id)?["']?[ :=#]{1,3}["']?(\d{1,9})\b/i,
  /<blocking-process>.{0,600}?\bspid="(\d{1,9})"/is,
];
/** What waits, or gave up waiting, for a lock. */
const WAITS =
  /still waiting for \w+lock|lock (?:wait )?time-?out|due to lock time-?out|lock request time ?out|waiting for (?:table )?metadata lock|row lock contention|ORA-(?:00054|30006|02049)|blocked-process-report|\b(?:blocked|held|locked) by\b|\bblock(?:ing|er)[ _]/i;
/** Programs with which people work at a database. */
const BY_HAND =
  /\b(?:psql|pgcli|mycli|pg ?admin[ \d]*|dbeaver|datagrip|navicat|heidisql|mysql ?workbench|mysql(?:sh)?(?=["',;)]|$)|sql ?\*?plus|sqlcl|toad|sql ?developer|(?:sql server )?management studio|ssms|sqlcmd|azure ?data ?studio|beekeeper[ -]?studio|tableplus|postico|dbvisualizer|adminer|phpmyadmin)\b/i;
/** A transaction that is open and does nothing. */
const OPEN =
  /\bidle in transaction\b|\buncommitted\b|\b(?:not|never) (?:yet )?committed\b|\bopen transaction\b|\bstatus="sleeping"|\btrancount="[1-9]|\bstatus[=: ]+inactive\b|\bcommand[=: ]+sleep\b|---TRANSACTION \d+, ACTIVE \d+ sec/i;
const OF_OPEN =
  /\bidle in transaction\b|\b(?:open|longest|oldest) (?:running )?(?:transactions?|trx|xact)\b|\b(?:transaction|trx|xact) age\b/;

const PROGRAM =
  /\b(?:app(?:lication)?(?:[ _]?name)?|program(?:[ _]?name)?|client[ _]?app|module)["']?[=:]\s{0,2}(?:"([^"]{1,80})"|'([^']{1,80})'|([^\s,;)"']{1,80}))/i;
const USER =
  /\b(?:(?:blocking_)?(?:user(?:[ _]?name)?|usename|login(?:[ _]?name)?|account)|db_?user)["']?[=:]\s{0,2}["']?([\w.@\\$%-]{1,60})/i;
const USER_AT = /(?:^|[\s:[(])([a-z_][\w.$-]{0,40})@[\w.%-]{1,60}/i;
const STATEMENT =
  /\b(?:statement|query|inputbuf|sql_text|last_query|execute [^:]{0,40})["'>]?\s?[=:>]\s{0,3}["']?((?:(?!<\/)[^\n]){8,200})/i;
const TABLE = /\b(?:relation|table|object)\s(?:name\s)?["'`[]?((?!metadata\b)[a-z_][\w.$]{1,80})["'`\]]?/i;
/** So many complaints about locks are more than what every system has now and then; of those that name a holder, so many name the same. */
const [OFTEN, MOST] = [3, 0.5];
const MAX_BODY = 2000;

/**
 * Whoever works by hand, or as a user as whom no program here works, and holds the locks that most complaints are about; null where that is a
 * program, or nobody tells.
 */
export function lockHolder(
  input: LocalisationInput,
  problems: ProblemLine[],
  shifts: MetricShift[],
): LockHolder | null {
  const waits = problems.filter(({ body }) => WAITS.test(body));
  if (waits.length < OFTEN) return null;
  const lines = logLines(input);
  const first = Math.min(...waits.map(({ at }) => at));
  const [holder, share] = mostOften(lines.flatMap(({ text, at }) => (at >= first ? (holderIn(text) ?? []) : [])));
  if (holder === null || share < MOST) return null;
  const telling = lines.filter(({ text }) => holderIn(text) === holder);
  const own = linesOf(holder, lines);
  const store = [...telling, ...own].find(({ service }) => isStore(service))?.service ?? null;
  const open = shifts.find(
    ({ metric, service, before, since }) => since > before && isStore(service) && OF_OPEN.test(wordsOf(metric)),
  );
  const told = own.map(({ text }) => ofHolder(text, holder));
  const isOpen = open !== undefined || told.some((text) => OPEN.test(text));
  const who = whoIs(told, isOpen, telling, lines);
  if (who === null) return null;
  const [statement] = told.flatMap((text) => STATEMENT.exec(text)?.[1] ?? []);
  const [table] = [...waits.map(({ body }) => body), ...told].flatMap((text) => TABLE.exec(text)?.[1] ?? []);
  const on = table ? ` on ${oneLine(table, 80)}` : '';
  const keeps = isOpen ? `is idle in a transaction${on} that is not committed` : `has a transaction open${on}`;
  const last = statement ? `; its statement was "${oneLine(statement, 120)}"` : '';
  const cited = [...telling.slice(0, 1), ...own.slice(0, 2), ...(open ? [open] : [])].map(({ evidence }) => evidence);
  return {
    statement: `Somebody's own session, not a program's, holds the locks that others wait for: process ${holder}${store ? ` of ${store}` : ''} (${who}) ${keeps}${last}`,
    service: store,
    evidence: [...new Set(cited)].sort((left, right) => left - right),
  };
}

/** The user and the program of a session in which somebody works; null where it is a program's, or nothing tells. */
function whoIs(told: string[], isOpen: boolean, telling: Line[], lines: Line[]): string | null {
  const [user] = told.flatMap((text) => USER.exec(text)?.[1] ?? USER_AT.exec(text)?.[1] ?? []);
  const [program] = told.flatMap((text) => BY_HAND.exec(text)?.[0] ?? []);
  if (program !== undefined)
    return oneLine([...(user ? [`user ${user}`] : []), `application ${program}`].join(', '), 120);
  if (user === undefined || !isOpen || told.some((text) => PROGRAM.test(text))) return null;
  const waiters = telling.flatMap(({ text }) => USER.exec(text)?.[1] ?? []).filter((one) => one !== user);
  const name = user.split('@')[0]!.toLowerCase();
  const isProgram = lines.some(
    ({ service }) => wordsOf(service).split(' ').includes(name) || service.toLowerCase() === name,
  );
  return waiters.length > 0 && !isProgram ? oneLine(`user ${user}`, 120) : null;
}

/** The session that a line says holds a lock. */
function holderIn(text: string): string | null {
  for (const pattern of HELD_BY) {
    const found = pattern.exec(text)?.[1];
    if (found) return found;
  }
  return null;
}

function mostOften(named: readonly string[]): [holder: string | null, share: number] {
  const counted = [...Map.groupBy(named, (one) => one)].map(([one, { length }]): [string, number] => [one, length]);
  const [most] = counted.sort(([, left], [, right]) => right - left);
  return most ? [most[0], most[1] / named.length] : [null, 0];
}

/** The lines about this session, be it those that it wrote itself. */
function linesOf(holder: string, lines: Line[]): Line[] {
  const about = new RegExp(
    String.raw`\[${holder}\]|:${holder}:|(?<![a-z\d])(?:process|session|thread|connection|backend|pid|spid|sid|id)(?:[ _]?id)?["']?[ :=#]{1,3}["']?${holder}\b`,
    'i',
  );
  const waits = new RegExp(String.raw`\bprocess ${holder} still waiting`, 'i');
  return lines.filter(({ text }) => about.test(text) && !waits.test(text));
}

/** Of a line that tells of who waits and who holds: what stands from the holder on. */
function ofHolder(text: string, holder: string): string {
  const begins = [/<blocking-process>/i, /\b(?:blocking|blocker|holding|holder|blocked by|held by)\b/i, /\bblocking_/i];
  const at = holderIn(text) === holder ? begins.map((one) => text.search(one)).find((found) => found >= 0) : 0;
  return text.slice(at ?? 0);
}

const logLines = ({ evidence }: LocalisationInput): Line[] =>
  evidenceOf(evidence, 'logs.query')
    .flatMap(({ number, data }) =>
      data.rows.flatMap(({ at, service, body }): Line[] => {
        const ms = Date.parse(at);
        return service && !Number.isNaN(ms)
          ? [{ service, at: ms, text: body.slice(0, MAX_BODY), evidence: number }]
          : [];
      }),
    )
    .sort((left, right) => left.at - right.at);
