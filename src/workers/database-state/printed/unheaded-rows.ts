import type { AnswerTable } from '../../kubernetes-state/logs/answer-rows.ts';

/** `psql -At`, `-t`, `mysql -N`, and ClickHouse where no form was asked for: rows without a head, whose columns only the statement tells. */
const WITHOUT_HEAD = {
  psql: /\s(?:-(?![UhdpvFRPW])[a-zA-Z]*t[a-zA-Z]*|--tuples-only)(?=\s|$)/,
  mysql: /\s(?:-(?![uhpDPS])[a-zA-Z]*N[a-zA-Z]*|--skip-column-names)(?=\s|$)/,
  clickhouse: /^(?![\s\S]*(?:\s--format\b|\s--vertical\b|\s-E\b))/,
};
/** A form with a head, asked for in the statement itself. */
const FORMAT = /\s+format\s+(\w+)\s*$/i;
const SEPARATOR = /\s(?:-F\s*|--field-separator[= ])(["']?)(.)\1(?=\s|$)/;
const STATEMENT =
  /\s-(-command|-execute|[a-zA-Z]*[ce]|-query|q)(?:\s+|=|(?=["']))(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.|'\\'')*)')/g;
const MAX_ROWS = 2000;

/**
 * The rows of an answer that was printed without its head, by the columns that the command's one statement selects; null where the command
 * asks for a head, none where the columns can't be told.
 */
export function unheadedRows(command: string, output: string): AnswerTable[] | null {
  const [, client, rest] = /\b(psql|mysql|mariadb|clickhouse(?=-client|\s))\b(.*)$/s.exec(command) ?? [];
  if (client === undefined || rest === undefined) return null;
  const flags = rest.replace(STATEMENT, ' -$1 ');
  if (!WITHOUT_HEAD[client === 'mariadb' ? 'mysql' : (client as keyof typeof WITHOUT_HEAD)].test(flags)) return null;
  const statements = [...rest.matchAll(STATEMENT)].flatMap(([, , double, single]) =>
    (double ?? single ?? '').split(';').filter((one) => one.trim() !== ''),
  );
  const [statement] = statements;
  if (!statement || statements.length !== 1) return [];
  const form = client === 'clickhouse' ? FORMAT.exec(statement)?.[1] : undefined;
  if (form !== undefined && !/^(?:TSV|TabSeparated)$/i.test(form)) return null;
  const columns = columnsOf(statement.replace(form === undefined ? /$^/ : FORMAT, '').replace(/\\(["'$`])/g, '$1'));
  const separator = client === 'psql' ? (SEPARATOR.exec(flags)?.[2] ?? '|') : '\t';
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const rows = lines
    .slice(0, MAX_ROWS)
    .map((line) => line.split(separator).map((cell) => cell.trim()))
    .filter((cells) => cells.length === columns.length)
    .map((cells) => Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])));
  return columns.length > 0 && 2 * rows.length >= lines.length ? [{ columns, rows }] : [];
}

/** The names that PostgreSQL and MySQL would print above the columns of a statement; empty where the statement does not tell them. */
function columnsOf(statement: string): string[] {
  const flat = statement.replace(/\s+/g, ' ').trim();
  const shown = /^show (?:(?:global|session) )?([a-z_][\w.]*)$/i.exec(flat)?.[1];
  if (shown) return /^(?:status|variables|processlist|databases|tables)$/i.test(shown) ? [] : [shown.toLowerCase()];
  const pairs = /^show (?:(?:global|session) )?(?:status|variables)\b/i.test(flat);
  if (pairs) return ['variable_name', 'value'];
  const list = selectList(flat);
  const names = list === null ? [] : splitAtCommas(list).map(nameOf);
  return names.every((name) => name !== null) && new Set(names).size === names.length ? names.filter(isText) : [];
}

const isText = (name: string | null): name is string => name !== null;

/** What stands between the outermost `select` and its `from`. */
function selectList(flat: string): string | null {
  const words = [...flat.matchAll(/'(?:[^']|'')*'|"[^"]*"|[()]|\b(?:select|from|union)\b/gi)];
  let depth = 0;
  let start: number | null = null;
  for (const { 0: word, index } of words) {
    if (word === '(') depth++;
    else if (word === ')') depth--;
    else if (depth === 0 && start === null && /^select$/i.test(word)) start = index + word.length;
    else if (depth === 0 && start !== null && /^(?:from|union)$/i.test(word)) return flat.slice(start, index);
  }
  return start === null || depth !== 0 ? null : flat.slice(start);
}

function splitAtCommas(list: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [token] of list.matchAll(/'(?:[^']|'')*'|"[^"]*"|[\s\S]/g)) {
    if (token === '(' || token === '[') depth++;
    if (token === ')' || token === ']') depth--;
    if (token === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim().replace(/^(?:distinct(?: on \([^)]*\))?|all) /i, ''));
}

/** How servers call a column: by its alias, else its last name, its function or the type of its last cast; null for `*` and what has no name. */
function nameOf(expression: string): string | null {
  const alias =
    /\sas\s+"?([\w ?.-]+?)"?$/i.exec(expression)?.[1] ?? /[\w)\]'"]\s+"?([a-z_]\w*)"?$/i.exec(expression)?.[1];
  if (alias && !/^end$/i.test(alias)) return alias.toLowerCase();
  if (/\bend$/i.test(expression)) return 'case';
  const bare = expression.replace(/(?:::\w+(?:\(\d+\))?(?:\[\])?)+$/, '');
  const called = /^(?:\w+\.)?(\w+)\s*\(.*\)$/.exec(bare)?.[1];
  if (called) return called.toLowerCase();
  const column = /^(?:"?\w+"?\.)*"?([a-z_]\w*)"?$/i.exec(bare)?.[1];
  return column?.toLowerCase() ?? (/[-+*/|]/.test(bare) && !/^\*$|\.\*$/.test(bare) ? '?column?' : null);
}
