import { quote } from '../../kubernetes-state/quote.ts';
import type { DatabaseState } from '../database-state.ts';
import { shownStatement } from '../statement-shape.ts';
import { currentEvents, eventText, shareOf } from './story-parts.ts';

/** Waits for files that hold what a sort, a hash or a temporary table has no memory for, as PostgreSQL and MySQL call them. */
const SPILLS = /BufFile(?:Read|Write|Truncate)|innodb_temp_file|innodb_temp|io_cache|tmp_table|\btemp(?:orary)?_file/i;
/** What servers write of such files in their logs, and where one finds no room. */
const TOLD =
  /\btemporary file: path\b|\bpgsql_tmp|\bbase\/pgsql_tmp|could not write (?:to )?(?:file "base\/pgsql_tmp|temporary file)|temporary file size exceeds temp_file_limit|The table '[^']{0,120}\btmp\b[^']{0,120}' is full|Error writing file '[^']{0,60}\/(?:tmp|MY)[^']{0,60}'|\bibtmp1\b|unable to extend temp segment/i;
/** From this share of the load on the files are what the server works for. */
const SHARE = 0.3;

/** The statement that fills the disk with temporary files, and where it is seen. */
export type Spill = { text: string; evidence: number[] };

/** Statements whose sorts and hashes do not fit into memory, by the waits of the load or the words of the server; null where nothing tells of any. */
export function temporaryFiles(state: DatabaseState): Spill | null {
  const { profile } = state;
  const told = currentEvents(state).filter(({ message }) => TOLD.test(message));
  const waits = shareOf(profile, SPILLS) >= SHARE;
  if (!waits && told.length === 0) return null;
  const statement = profile?.statements
    .map((one) => ({
      one,
      load: one.waits.filter(({ name }) => SPILLS.test(name)).reduce((sum, { load }) => sum + load, 0),
    }))
    .filter(({ load }) => load > 0)
    .toSorted((left, right) => right.load - left.load)[0]?.one;
  const wait = profile?.waits.find(({ name }) => SPILLS.test(name));
  const parts = [
    statement
      ? `the statement ${quote(shownStatement(statement.statement, 110), 120)} sorts or hashes more than fits into memory`
      : null,
    waits && wait ? `the load waits on ${wait.name}` : null,
    told.length > 0 ? `events: ${eventText(told, 1, 120)}` : null,
  ].filter((part) => part !== null);
  return {
    text: `temporary files of queries fill the disk (spilled sorts): ${parts.join('; ')}`,
    evidence: [...(profile && (waits || statement) ? [profile.evidence] : []), ...told.map(({ evidence }) => evidence)],
  };
}
