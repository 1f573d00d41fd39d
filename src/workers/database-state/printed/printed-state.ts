import type { Evidence } from '../../../shared/report.ts';
import { oncePer } from '../../detectors/support/once-per.ts';
import { formOf } from '../../kubernetes-state/build-state.ts';
import { type PrintedAnswer, printedAnswers } from './printed-answers.ts';
import { plansIn, type QueryPlan } from './query-plan.ts';
import { listedIndexes, type PrintedIndex, type TableDefinition, tableDefinitions } from './table-definitions.ts';

const MAX_NOTE = 50_000;

/** Something that an answer showed, with the server that it is of and the evidence that holds it. */
export type Shown<T> = { what: T; server: string; evidence: number };
export type Cells = Record<string, string>;

/** What database servers printed when somebody asked them with psql, mysql, redis-cli and their like. */
export type PrintedState = {
  answers: PrintedAnswer[];
  plans: Shown<QueryPlan>[];
  definitions: Shown<TableDefinition>[];
  indexes: Shown<PrintedIndex>[];
  rows: Shown<Cells>[];
  /** Everything that any command printed, for what tools beside the servers say. */
  notes: { command: string; text: string; evidence: number }[];
};

/** Reads the answers that were printed as text; what is not understood is left out. Never throws. */
export const printedState = oncePer((evidence: Evidence[]): PrintedState => {
  const answers = printedAnswers(evidence);
  const shown = <T>(read: (answer: PrintedAnswer) => T[]): Shown<T>[] =>
    answers.flatMap((answer) =>
      read(answer).map((what) => ({ what, server: answer.server, evidence: answer.evidence })),
    );
  const definitions = shown(({ text }) => tableDefinitions(text));
  return {
    answers,
    plans: [...shown(({ text }) => plansIn(text)), ...loggedPlans(evidence, answers)],
    definitions,
    indexes: [
      ...definitions.flatMap(({ what, ...rest }) => what.indexes.map((index) => ({ what: index, ...rest }))),
      ...shown(({ tables }) => listedIndexes(tables)),
    ],
    rows: shown(({ tables }) => tables.flatMap(({ rows }) => rows)),
    notes: formOf(evidence, 'command.output').map(({ number, data }) => ({
      command: data.command,
      text: data.output.slice(0, MAX_NOTE),
      evidence: number,
    })),
  };
});

/** Plans that a server wrote into its log (auto_explain), with how long the statement took where the line tells it. */
function loggedPlans(evidence: Evidence[], answers: readonly PrintedAnswer[]): Shown<QueryPlan>[] {
  const read = new Set(answers.map((answer) => answer.evidence));
  return formOf(evidence, 'command.output')
    .filter(({ number, data }) => !read.has(number) && /\(cost=|"Node Type"/.test(data.output))
    .flatMap(({ number, data }) =>
      plansIn(data.output.slice(0, MAX_NOTE)).map((what) => ({ what, server: '', evidence: number })),
    );
}

/** The rows that have all of these columns, whether or not anything stands in them. */
export const rowsWith = ({ rows }: PrintedState, ...columns: string[]): Shown<Cells>[] =>
  rows.filter(({ what }) => columns.every((column) => what[column] !== undefined));

/** The server that most of what is told was printed by, else the one that the alert is about. */
export const serverOfShown = (shown: readonly { server: string }[], fallback: string): string =>
  shown.find(({ server }) => server !== '')?.server ?? fallback;

/** A number of a cell; NaN where it holds none. */
export const cell = (row: Cells, ...columns: string[]): number => {
  const value = columns.map((column) => row[column]).find((one) => one !== undefined && one !== '');
  return value === undefined ? Number.NaN : Number(value.replaceAll(',', ''));
};

/** The sessions by state as one answer counts them; of several such answers the one with the most, since they count the same ones. */
export function sessionGroups(printed: PrintedState): { groups: Shown<Cells>[]; total: number } {
  const counted = printed.answers.flatMap(({ tables, server, evidence }) =>
    tables
      .filter(({ columns }) => columns.includes('state') && columns.includes('count'))
      .map(({ rows }) => ({
        groups: rows.map((what) => ({ what, server, evidence })),
        total: rows.reduce((sum, row) => sum + (cell(row, 'count') || 0), 0),
      })),
  );
  return counted.toSorted((left, right) => right.total - left.total)[0] ?? { groups: [], total: 0 };
}

/** The latest time that stands in any of the rows, epoch ms; null where none does. */
export function latestTime(rows: readonly Shown<Cells>[]): number | null {
  const times = rows.flatMap(({ what }) =>
    Object.values(what).flatMap((value) => (/^\d{4}-\d\d-\d\d \d\d:\d\d/.test(value) ? [timeIn(value)] : [])),
  );
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length > 0 ? Math.max(...known) : null;
}

/** A time as PostgreSQL prints it (`2031-04-02 10:00:00.1+02`), in UTC where it tells no zone, epoch ms; NaN where it is none. */
export function timeIn(text: string): number {
  const [, day, clock, zone, minutes] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([+-]\d\d)?(?::?(\d\d))?$/.exec(text.trim()) ?? [];
  return Date.parse(`${day}T${clock}${zone ? `${zone}:${minutes ?? '00'}` : 'Z'}`);
}

const ASKS_WAITS =
  /not (?:l\.)?granted|granted\s*=\s*(?:false|'f')|data_lock_waits|innodb_lock_waits|pg_blocking_pids/i;
/** The columns of an answer that has one row for each session that waits. */
const OF_WAITERS = /^(?:granted|(?:pg_)?block(?:ing|ed)\w*|waiting_\w+|locktype|relation)$/;
/** What stands there for a session that waits for nobody. */
const NOBODY = /^(?:\{\}|\[\]|0|null)?$/i;

/**
 * How many sessions wait for a lock by the answers to that very question; null where nobody asked. An answer without rows is one of
 * nobody.
 */
export function lockWaits(printed: PrintedState): number | null {
  const counts = printed.answers
    .filter(({ command }) => ASKS_WAITS.test(command))
    .flatMap(({ tables }) => tables)
    .flatMap(({ columns, rows }) => {
      const count = columns.find((column) =>
        /^(?:count|waiting|ungranted|not_granted|blocked|waiters|locks)$/.test(column),
      );
      if (count && rows.length === 1) return [cell(rows[0] ?? {}, count)];
      if (!columns.some((column) => OF_WAITERS.test(column))) return [];
      return [
        rows
          .filter((row) => row.granted === undefined || /^f/.test(row.granted))
          .filter((row) => !NOBODY.test(row.blocked_by ?? row.pg_blocking_pids ?? row.blocking_pids ?? '-')).length,
      ];
    })
    .filter((count) => !Number.isNaN(count));
  const known = [...counts, ...refusedLocks(printed), ...waitingForRows(printed)];
  return known.length > 0 ? Math.max(...known) : null;
}

/** Where locks are counted by whether they were granted: how many were not. */
const refusedLocks = ({ answers }: PrintedState): number[] =>
  answers
    .filter(({ command, tables }) => /\bpg_locks\b/i.test(command) && tables.length > 0)
    .flatMap(({ tables }) => tables)
    .filter(({ columns, rows }) => columns.includes('granted') && columns.includes('count') && rows.length > 0)
    .map(({ rows }) =>
      rows.filter(({ granted = '' }) => /^f/.test(granted)).reduce((sum, row) => sum + (cell(row, 'count') || 0), 0),
    );

/** How many sessions wait for rows by the status of InnoDB. */
const waitingForRows = ({ rows }: PrintedState): number[] =>
  rows.flatMap(({ what }) =>
    what.variable_name?.toLowerCase() === 'innodb_row_lock_current_waits'
      ? [cell(what, 'value', 'variable_value')]
      : [],
  );
