import type { DatabaseState } from '../database-state.ts';
import { cell } from '../printed/printed-state.ts';
import { columnsIn } from '../printed/query-plan.ts';
import { shapeOf } from '../statement-shape.ts';
import { currentEvents } from './story-parts.ts';

/** A statement by whose own counters many rows were looked at for each one that it gave back. */
export type Scan = {
  table: string;
  /** The columns of its condition. */
  columns: string[];
  statement: string;
  /** The counters in the words of the server. */
  shown: string;
  examined: number;
  who: string | null;
  evidence: number;
};

/** So many rows looked at, and so many for each one given back, are no way by an index. */
const MANY_ROWS = 50_000;
const PER_ROW = 1000;

/** What MySQL and MariaDB write of a slow statement, with the statement below or behind it. */
const SLOW_LOG =
  /(?:User@Host: ?(\w{1,40})\S*[^#]{0,120}#\s*)?Query_time:[^#]{0,80}?(Rows_sent: *(\d+) +Rows_examined: *(\d+))([\s\S]{0,700}?)\b((?:select|update|delete)\b[^;#]{8,900})/gi;
/** What MongoDB writes of a slow command, in either of its forms. */
const MONGO_NAMESPACE = /"ns": ?"([\w.-]{3,80})"|\bcommand ([\w-]{1,60}\.[\w.-]{1,60}) command:/;
const MONGO_COUNTS = /"?docsExamined"?: ?(\d+).{0,600}?"?nreturned"?: ?(\d+)/;
const MOST_LINES = 400;
const MAX_LINE = 6000;

const isWasteful = (examined: number, sent: number): boolean =>
  examined >= MANY_ROWS && examined >= PER_ROW * Math.max(1, sent);

/** The statements of slow logs and of digests of which the server counted far more rows looked at than given back; the worst first. */
export function examinedRows(state: DatabaseState): Scan[] {
  const logged = [...Map.groupBy(currentEvents(state), ({ evidence }) => evidence)].map(([evidence, events]) => ({
    text: events.map(({ message }) => message).join('\n'),
    evidence,
  }));
  const texts = [...logged, ...state.printed.notes];
  const found = [
    ...texts.flatMap(({ text, evidence }) => [...slowLog(text, evidence), ...mongoLog(text, evidence)]),
    ...digests(state),
  ];
  return found.toSorted((left, right) => right.examined - left.examined);
}

function slowLog(text: string, evidence: number): Scan[] {
  return [...text.matchAll(SLOW_LOG)].flatMap(([, who, shown = '', sent, examined, , statement = '']) =>
    isWasteful(Number(examined), Number(sent))
      ? scanOf(statement, { shown, examined: Number(examined), who: who ?? null, evidence })
      : [],
  );
}

/** A statement with a condition on one table; what sums a table up has to read it. */
function scanOf(statement: string, rest: Omit<Scan, 'table' | 'columns' | 'statement'>): Scan[] {
  const shape = shapeOf(statement);
  const condition = /\bwhere\b(.{1,500}?)(?:\b(?:group|order)\s+by\b|\blimit\b|$)/is.exec(statement)?.[1] ?? '';
  const [table] = shape.tables;
  if (!table || !shape.where) return [];
  return [{ ...rest, statement, table: table.replaceAll('"', ''), columns: conditionColumns(condition).slice(0, 4) }];
}

/** The columns of a condition as MySQL writes it, with its quotes and its places for values. */
const conditionColumns = (condition: string): string[] =>
  columnsIn(
    condition
      .replaceAll('`', '')
      .replace(/\s*\.\s*/g, '.')
      .replace(/\$\d+/g, ' '),
  );

function mongoLog(text: string, evidence: number): Scan[] {
  return text
    .split('\n', MOST_LINES)
    .map((line) => line.slice(0, MAX_LINE))
    .filter((line) => line.includes('COLLSCAN'))
    .flatMap((line) => {
      const [, examined, sent] = MONGO_COUNTS.exec(line) ?? [];
      const [, ns, older] = MONGO_NAMESPACE.exec(line) ?? [];
      if (!(ns ?? older) || !isWasteful(Number(examined), Number(sent))) return [];
      const filter = /"?(?:filter|q|query)"?: ?\{ ?"?([\w.]{1,60})"?:/.exec(line)?.[1];
      return [
        {
          table: ns ?? older ?? '',
          columns: filter ? [filter] : [],
          statement: `COLLSCAN on ${ns ?? older}`,
          shown: `docsExamined ${examined}, nreturned ${sent}`,
          examined: Number(examined),
          who: null,
          evidence,
        },
      ];
    });
}

const EXAMINED = ['sum_rows_examined', 'rows_examined', 'rows_examined_avg', 'avg_rows_examined'];
const SENT = ['sum_rows_sent', 'rows_sent', 'rows_sent_avg', 'avg_rows_sent'];

/** What performance_schema and sys count by statement. */
function digests({ printed }: DatabaseState): Scan[] {
  return printed.rows.flatMap(({ what: row, evidence }) => {
    const [examined, sent] = [cell(row, ...EXAMINED), cell(row, ...SENT)];
    const statement = row.digest_text ?? row.query ?? row.sql_text ?? row.statement ?? '';
    if (!(sent >= 0) || !isWasteful(examined, sent)) return [];
    const names = [...EXAMINED, ...SENT].filter((name) => row[name] !== undefined);
    const shown = names.map((name) => `${name} ${row[name]}`).join(', ');
    return scanOf(statement, { shown, examined, who: row.user ?? null, evidence });
  });
}
