import type { Evidence } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { buildState, formOf } from '../kubernetes-state/build-state.ts';
import type { LogText } from '../kubernetes-state/kubernetes-state.ts';
import { answerRows } from '../kubernetes-state/logs/answer-rows.ts';
import { decisiveLine } from '../kubernetes-state/logs/decisive-line.ts';
import { lineTime } from '../kubernetes-state/logs/line-time.ts';
import { messageOf } from '../kubernetes-state/logs/message-of.ts';
import { writerOf } from '../kubernetes-state/mentions.ts';
import type { CallerLine, DatabaseEvent, PrintedRow } from './database-state.ts';

const MOST_ROWS = 400;
const MOST_LINES = 2000;
const MAX_LINE = 1500;
const MAX_COMMAND = 1000;

/** A command that prints the log of a database server: from a file of its host, or from its cloud. */
const PRINTS_LOG =
  /\b(?:tail|cat|grep|egrep|zgrep|less|head|sed|awk)\b[^|]*(?:postgres\w*|mysql\w*|mariadb|pg_?log)[^|]*|download-db-log-file|\baws logs (?:tail|\S+-log-events)\b[^|]*\/rds\/|\bjournalctl\b[^|]*(?:postgres|mysql|mariadb)/i;

/** What others than the server wrote down beside its metrics: its own log, the logs of its callers, and what it answered when it was asked. */
export type Heard = { log: DatabaseEvent[]; callers: CallerLine[]; rows: PrintedRow[] };

const NOTHING: Heard = { log: [], callers: [], rows: [] };

/** Reads the logs and printed answers around the servers of these names; what is not understood is left out. */
export function heardOf(evidence: Evidence[], servers: readonly string[]): Heard {
  // Whole platforms of logs and traces are evidence without any server that was looked at.
  const asked = evidence.some(({ capability }) => capability === 'snapshot.json' || capability === 'command.output');
  if (!asked) return NOTHING;
  const logs = buildState(evidence).logs;
  const own = (log: LogText) =>
    servers.includes(writerOf(log).toLowerCase()) || (servers.length > 0 && log.pod === null && isOfServer(log.lines));
  return {
    log: [
      ...logs.filter((log) => !log.command && own(log)).flatMap((log) => linesOf(log.lines, log.evidence)),
      ...formOf(evidence, 'command.output')
        .filter(({ data }) => PRINTS_LOG.test(data.command.slice(0, MAX_COMMAND)))
        .flatMap(({ number, data }) => linesOf(data.output.split('\n', MOST_LINES), number)),
    ],
    callers: [...callersOf(logs.filter((log) => !log.command && !own(log))), ...rowCallers(evidence, servers)],
    rows: logs
      .filter(({ command }) => command)
      .flatMap((log) =>
        answerRows(log.lines.slice(0, MOST_ROWS).join('\n')).map((row) => ({ row, evidence: log.evidence })),
      ),
  };
}

/** How PostgreSQL begins its lines, in whatever store they are kept. */
const SERVER_LINE = /\b(?:LOG|DETAIL|HINT|STATEMENT|CONTEXT|FATAL|ERROR): {2}\S/;

/** True for a log most of whose lines a database server wrote itself; those of pods are read with their cluster. */
const isOfServer = (lines: readonly string[]): boolean =>
  lines.length > 0 && lines.filter((line) => SERVER_LINE.test(line.slice(0, 300))).length > lines.length / 2;

/** The lines of a log as events of the server. */
function linesOf(lines: readonly string[], evidence: number): DatabaseEvent[] {
  return lines
    .slice(-MOST_LINES)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const at = lineTime(line);
      return {
        at: at === null ? null : new Date(at).toISOString(),
        message: line.slice(0, MAX_LINE).trim(),
        about: null,
        evidence,
      };
    });
}

function callersOf(logs: LogText[]): CallerLine[] {
  return logs.flatMap((log) => decisive(writerOf(log), log.lines, log.evidence));
}

/** The same of the rows of a log store, by the service that wrote them. */
function rowCallers(evidence: Evidence[], servers: readonly string[]): CallerLine[] {
  return evidenceOf(evidence, 'logs.query').flatMap(({ number, data }) =>
    [...Map.groupBy(data.rows, ({ service }) => service ?? '')]
      .filter(([service]) => !servers.includes(service.toLowerCase()))
      .flatMap(([service, rows]) =>
        decisive(
          service,
          rows.map(({ at, severity, body }) => `${at} ${severity ?? ''} ${body}`),
          number,
        ),
      ),
  );
}

function decisive(writer: string, lines: readonly string[], evidence: number): CallerLine[] {
  const line = decisiveLine(lines);
  if (!line?.kind || line.past) return [];
  return [{ writer, kind: line.kind.name, text: messageOf(line.text).slice(0, MAX_LINE), evidence }];
}
