/** A row of what `kubectl get` printed, by column names in upper case. */
export type TableRow = Record<string, string>;

export type Table = { columns: string[]; rows: TableRow[] };

const MAX_ROWS = 5000;
/** A header has two words or more in capitals; `NAME` or `LAST SEEN` or `NAMESPACE` begins it. */
const HEADER =
  /^(?:NAMESPACE|NAME|LAST SEEN|POD|READY)\b[A-Z0-9 ()%/_:-]*(?:CPU\(cores\)\s+(?:CPU%\s+|CPU\(%\)\s+)?MEMORY\(bytes\)\s*(?:MEMORY%|MEMORY\(%\))?)?\s*$/;

/** The tables in a text, each by the positions of its header's columns (cells may be empty or hold single spaces). */
export function parseTables(text: string): Table[] {
  const tables: Table[] = [];
  let columns: { name: string; start: number }[] = [];
  for (const line of text.split('\n', MAX_ROWS)) {
    if (HEADER.test(line.trimEnd()) && /\s{2,}|^NAME$/.test(line)) {
      columns = columnsOf(line);
      tables.push({ columns: columns.map(({ name }) => name), rows: [] });
    } else if (line.trim() !== '' && tables.length > 0 && !/^(?:error|Error|No resources|Warning:)/.test(line)) {
      tables.at(-1)?.rows.push(cellsOf(line, columns));
    }
  }
  return tables;
}

function columnsOf(header: string): { name: string; start: number }[] {
  return [...header.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ name: match[0].trim(), start: match.index }));
}

function cellsOf(line: string, columns: { name: string; start: number }[]): TableRow {
  const aligned = columns.every(({ start }) => start === 0 || line.length <= start || line[start - 1] === ' ');
  const loose = line.trim().split(/\s{2,}/);
  if (!aligned && loose.length === columns.length)
    return Object.fromEntries(columns.map(({ name }, index) => [name, loose[index] ?? '']));
  return Object.fromEntries(
    columns.map(({ name, start }, index) => [name, line.slice(start, columns[index + 1]?.start).trim()]),
  );
}

/** The columns of rows without a header (a table that went through grep), by kind, in kubectl's order. */
const COLUMNS: Record<string, readonly string[]> = {
  Pod: ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES', 'LABELS'],
  Deployment: ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE', 'CONTAINERS', 'IMAGES', 'SELECTOR', 'LABELS'],
  ReplicaSet: ['NAME', 'DESIRED', 'CURRENT', 'READY', 'AGE', 'CONTAINERS', 'IMAGES', 'SELECTOR', 'LABELS'],
  StatefulSet: ['NAME', 'READY', 'AGE', 'CONTAINERS', 'IMAGES', 'LABELS'],
  DaemonSet: [
    'NAME',
    'DESIRED',
    'CURRENT',
    'READY',
    'UP-TO-DATE',
    'AVAILABLE',
    'NODE SELECTOR',
    'AGE',
    'CONTAINERS',
    'IMAGES',
    'SELECTOR',
    'LABELS',
  ],
  Job: ['NAME', 'STATUS', 'COMPLETIONS', 'DURATION', 'AGE', 'CONTAINERS', 'IMAGES', 'SELECTOR', 'LABELS'],
  Service: ['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE', 'SELECTOR', 'LABELS'],
  Endpoints: ['NAME', 'ENDPOINTS', 'AGE'],
  Node: [
    'NAME',
    'STATUS',
    'ROLES',
    'AGE',
    'VERSION',
    'INTERNAL-IP',
    'EXTERNAL-IP',
    'OS-IMAGE',
    'KERNEL-VERSION',
    'CONTAINER-RUNTIME',
  ],
};

const LABELS = /^[\w./-]+=[^,\s]*(?:,[\w./-]+=[^,\s]*)*$/;

/** Rows without a header as a table of that kind; rows whose cells do not fit the kind are left out. */
export function headerlessTable(text: string, kind: string, withNamespace: boolean): Table {
  const base = Object.hasOwn(COLUMNS, kind) ? (COLUMNS[kind] ?? []) : ['NAME'];
  const columns = withNamespace ? ['NAMESPACE', ...base] : [...base];
  const rows = text.split('\n', MAX_ROWS).flatMap((line) => {
    const cells = line.trim().split(/\s{2,}/);
    const last = cells.at(-1) ?? '';
    // Labels stand behind the last column, however many were printed.
    const labels =
      LABELS.test(last) && cells.length < columns.length && columns.includes('LABELS') ? cells.pop() : undefined;
    if (cells.length < 3 || !/^[a-z0-9][\w./:-]*$/i.test(cells[0] ?? '')) return [];
    return [
      Object.fromEntries([
        ...columns.flatMap((name, index) => (cells[index] === undefined ? [] : [[name, cells[index]]])),
        ...(labels === undefined ? [] : [['LABELS', labels]]),
      ]),
    ];
  });
  return { columns, rows };
}
