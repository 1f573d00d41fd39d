import { countAt, type Notes, notationsIn, objectsIn, wordAt } from './shell-notation.ts';

/** An operation of MongoDB as `db.currentOp()` lists it. */
export type Operation = {
  seconds: number;
  plan: string;
  waits: boolean;
  /** The strongest lock that it has or wants: X and W shut all others out, x and w only those. */
  mode: string;
  /** Seconds for which its client has left its transaction alone; NaN where it has none that rests. */
  left: number;
  indexes: boolean;
  text: string;
};

const TELLS = /\b(?:secs_running|microsecs_running|inactive transaction)\b/;

/** The operations that an answer lists, without those that a server of MongoDB always has; null where nobody asked for them. */
export function operationsIn(text: string): Operation[] | null {
  if (/\binprog["']?\s*:\s*\[\s*\]/.test(text)) return [];
  if (!TELLS.test(text)) return null;
  const listed = notationsIn(text)
    .flatMap((value) => objectsIn(value))
    .map(({ own }) => own)
    .filter((own) => own.secs_running !== undefined || own.microsecs_running !== undefined || isLeft(own));
  return listed.filter((own) => !isHouseKeeping(own)).map(toOperation);
}

const isLeft = (own: Notes): boolean => wordAt(own, 'desc') === 'inactive transaction';

/** Streams that wait for what comes, the server's own threads, and backups. */
function isHouseKeeping(own: Notes): boolean {
  const asked = Object.keys(commandOf(own))[0] ?? '';
  const stream = JSON.stringify(own.cursor ?? own.command ?? '').slice(0, 4000);
  return (
    /^(?:local|config)\./.test(wordAt(own, 'ns')) ||
    /^(?:hello|isMaster|ismaster|replSetUpdatePosition|currentOp)$/.test(asked) ||
    /\$changeStream|"awaitData":"true"|"tailable":"true"/.test(stream) ||
    /^(?:mongodump|pbm-agent|MongoDB Automation Agent)/.test(wordAt(own, 'appName')) ||
    (wordAt(own, 'ns') === '' && wordAt(own, 'appName') === '' && !isLeft(own))
  );
}

const commandOf = (own: Notes): Notes => {
  const command = own.command ?? own.query ?? {};
  return typeof command === 'string' || Array.isArray(command) ? {} : command;
};

function toOperation(own: Notes): Operation {
  const transaction = objectsIn(own.transaction ?? []).map((one) => one.own)[0] ?? {};
  const asked = commandOf(own);
  const left = isLeft(own) ? countAt(transaction, 'timeInactiveMicros') / 1e6 : Number.NaN;
  const seconds = countAt(own, 'secs_running');
  return {
    seconds: Number.isNaN(seconds) ? countAt(own, 'microsecs_running') / 1e6 || 0 : seconds,
    plan: wordAt(own, 'planSummary'),
    waits: wordAt(own, 'waitingForLock') === 'true',
    mode: strongest(own.locks ?? {}),
    left,
    indexes: asked.createIndexes !== undefined || /^Index Build/.test(wordAt(own, 'msg')),
    text: shown(own, asked, transaction),
  };
}

const strongest = (locks: Notes[string]): string => {
  const modes = typeof locks === 'string' || Array.isArray(locks) ? [] : Object.values(locks);
  return ['X', 'W', 'x', 'w'].find((mode) => modes.includes(mode)) ?? '';
};

const CELLS = ['desc', 'op', 'ns', 'secs_running', 'planSummary', 'docsExamined', 'appName', 'client', 'msg'];

/** The parts of an operation by which somebody finds it. */
function shown(own: Notes, asked: Notes, transaction: Notes): string {
  const [verb] = Object.keys(asked);
  const left = wordAt(transaction, 'timeInactiveMicros');
  return [
    ...(verb && wordAt(asked, verb) ? [`${verb} ${wordAt(asked, verb)}`] : []),
    ...CELLS.flatMap((key) => (wordAt(own, key) && !(key === 'desc' && verb) ? [`${key} ${wordAt(own, key)}`] : [])),
    ...(left ? [`timeInactiveMicros ${left}`] : []),
  ].join(', ');
}

/** From these ages on an operation holds a server up, s. */
const [SCANS_LONG, RUNS_LONG, LEFT_LONG] = [10, 60, 60];

const oldest = (found: readonly Operation[]): Operation | null =>
  found.toSorted((one, other) => other.seconds - one.seconds)[0] ?? null;

/** Who holds the lock for which the others wait: the one that shuts them out, else a transaction that was left open, else the oldest one. */
export function lockedOut(text: string): string | null {
  const all = operationsIn(text) ?? [];
  const waiting = all.filter(({ waits }) => waits);
  if (waiting.length === 0) return null;
  const holders = all.filter(({ waits, mode }) => !waits && mode !== '');
  const holder =
    oldest(holders.filter(({ mode }) => /[XW]/.test(mode))) ??
    holders.find(({ left }) => left > 0) ??
    oldest(holders.filter(({ seconds }) => seconds >= (oldest(waiting)?.seconds ?? 0)));
  return holder && `${holder.text}; behind it ${oldest(waiting)?.text} (waitingForLock true)`;
}

/** Operations that wait for a lock of whom nobody saw. */
export function waitingOperations(text: string): string | null {
  const waiting = (operationsIn(text) ?? []).filter(({ waits }) => waits);
  return waiting[0] ? `${waiting[0].text}, waitingForLock true` : null;
}

/** A transaction that its client opened and left alone. */
export function leftTransaction(text: string): string | null {
  const found = (operationsIn(text) ?? []).find(({ left }) => left >= LEFT_LONG);
  return found?.text ?? null;
}

/** So many operations that read whole collections for a second or more at a time are no accident. */
const MANY_SCANS = 3;

/** An operation that reads a whole collection for long, or several that do so at a time. */
export function longScan(text: string): string | null {
  const scans = (operationsIn(text) ?? []).filter(({ plan, seconds }) => /^COLLSCAN\b/.test(plan) && seconds >= 1);
  const found = oldest(scans);
  return found && (found.seconds >= SCANS_LONG || scans.length >= MANY_SCANS) ? found.text : null;
}

/** An index that is being built. */
export const indexBuild = (text: string): string | null =>
  oldest((operationsIn(text) ?? []).filter(({ indexes, seconds }) => indexes && seconds >= RUNS_LONG))?.text ?? null;

/** An operation that runs for long, whatever it does. */
export function longOperation(text: string): string | null {
  const found = oldest(operationsIn(text) ?? []);
  return found && found.seconds >= RUNS_LONG ? found.text : null;
}
