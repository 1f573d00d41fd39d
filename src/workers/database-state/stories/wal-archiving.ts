import { shownCells } from '../../kubernetes-state/logs/answer-rows.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { type Cells, type PrintedState, rowsWith, timeIn } from '../printed/printed-state.ts';
import type { StoryTeller } from '../story.ts';
import { whatRefused, whoChanged } from './refused-copies.ts';
import { noActions } from './story-parts.ts';

/** What PostgreSQL and its operators write for each segment of the log that could not be put away. */
const FAILED =
  /archive command (?:failed with exit code \d+|was terminated by (?:signal|exception)\b[^\n]{0,40})|archiving write-ahead log file \\?"[^"\n]{1,80}" failed too many times|failed to run wal-archive command/i;
const TOO_OFTEN = /failed too many times/i;
/** The server tries three times at once; so many failures in its log are no moment's trouble. */
const SEVERAL = 3;
/** For this long nothing was put away while it was tried, s. */
const LASTING = 600;

/** What an alert says that is about the log, its copies, or the disk that it fills. */
const ABOUT = /\bdisks?\b|\bspace\b|storage|file ?systems?|volume|\bwal\b|pg_wal|archiv|backup|recovery point|\brpo\b/;
/** How much of the disk the log takes, as du prints it. */
const SIZE = /^\s*(\d+(?:[.,]\d+)?\s?[GT])i?B?\s+\S*?(pg_(?:wal|xlog))\/?\s*$/m;

/** A server whose log stays on its own disk since it cannot be put away: PostgreSQL removes no segment that was not archived. */
export const archivingFails: StoryTeller = ({ printed }, { server, text }) => {
  const counter = rowsWith(printed, 'last_failed_time', 'last_archived_time')[0] ?? null;
  const since = counter ? failingFor(counter.what) : null;
  const logged = loggedFailures(printed);
  // A copy that succeeded after the last failure says that the archive works again.
  if (counter ? since === null : !logged?.lasts) return null;
  if (since !== null && since < LASTING && !logged?.lasts) return null;
  const size = printed.notes.flatMap(({ text: note, evidence }) => {
    const [, amount, folder] = SIZE.exec(note) ?? [];
    return amount ? [{ text: `${folder} takes ${amount}`, evidence }] : [];
  })[0];
  const setting = printed.rows.find(
    ({ what }) => /^archive_(?:command|library)$/.test(what.name ?? '') && what.setting,
  );
  const refused = logged ? whatRefused(logged.lines, FAILED) : null;
  const changed = refused ? whoChanged(printed.notes, refused) : null;
  const shown = counter ? shownCells(counter.what, 'last_archived_time', 'last_failed_time', 'failed_count') : '';
  return {
    kind: 'archiving',
    score: size || ABOUT.test(text) ? 0.93 : 0.64,
    text: `The WAL archiving of the database server ${server} fails${setting ? ` (${setting.what.name} ${quote(setting.what.setting ?? '', 70)})` : ''}: ${refused ? quote(refused, 200) : quote(logged?.first ?? shown, 120)}${changed ? `, after ${changed.text}` : ''}${shown && refused ? `; ${quote(shown, 150)}` : ''}. PostgreSQL keeps every WAL segment that is not archived, so pg_wal grows until the disk is full${size ? ` (${size.text})` : ''}`,
    brief: 'the archiving of the WAL fails, so WAL stays on the disk',
    evidence: [
      ...new Set([counter, logged, size, setting, changed].flatMap((one) => (one ? [one.evidence] : []))),
    ].sort((left, right) => left - right),
    actions: noActions,
  };
};

/** For how long segments have failed without one that was archived, s; null where the last one was archived, or none failed. */
function failingFor(row: Cells): number | null {
  const [failed, archived] = [timeIn(row.last_failed_time ?? ''), timeIn(row.last_archived_time ?? '')];
  if (Number.isNaN(failed)) return null;
  if (Number.isNaN(archived)) return Number(row.failed_count) >= SEVERAL ? LASTING : null;
  return failed > archived ? (failed - archived) / 1000 : null;
}

/** What the log of the server says of segments that could not be put away. */
function loggedFailures({
  notes,
}: PrintedState): { lines: string[]; first: string; lasts: boolean; evidence: number } | null {
  for (const { text, evidence } of notes) {
    const lines = text.split('\n').map((line) => line.slice(0, 600));
    const failed = lines.filter((line) => FAILED.test(line));
    const [first] = failed;
    if (first)
      return {
        lines,
        first: FAILED.exec(first)?.[0] ?? '',
        lasts: failed.length >= SEVERAL || failed.some((line) => TOO_OFTEN.test(line)),
        evidence,
      };
  }
  return null;
}
