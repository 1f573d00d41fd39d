import { came, gone, type HarmRule, type Lines } from './lines.ts';
import { sameBut } from './same-but.ts';

const AWAITS = /\bawait\s+|\.await\b|\bAwait\.result\(|\.(?:join|get|block)\(\)(?=\s*;?$)|\bawait_/g;
/** There a function that returns what is to come may as well be waited for by its caller. */
const HANDS_ON = /\.(?:[cm]?[jt]sx?|cs)$/;
const ROLLS_BACK =
  /\brollback\b|\bROLLBACK\b|transaction\.atomic|@Transactional|\bTransactionScope\b|\.transaction\s*(?:do|\{|\()/i;
const UNLOCKS_ALWAYS = /\bdefer\s+[\w.]+\.R?Unlock\(|\bfinally\b|\bensure\b/;
/** So much of a diff is searched for what its lines belong to. */
const MOST_READ = 8000;
const UNLOCKS = /unlock\(|release\(/i;
/** What keeps apart those who work on the same thing at once. */
const KEEPS_APART =
  /\bConcurrent\w+<?|\bsync\.Map\b|\bAtomic\w+|\batomic\.\w+|\bvolatile\b|\bsynchronized\b|\b\w*[mM]utex\b|\.R?Lock\(\)|\bwith\s+[\w.]*lock\w*\s*:|\.lock\(\)|select_for_update|with_lock|\.lock!?\b(?!\w)|for update|FOR UPDATE|PESSIMISTIC|@Version\b|@Lock\b|isolation|SERIALIZABLE|AddScoped|AddTransient|threading\.local|ThreadLocal|\w+\.remove\(\);?\s*\}|on conflict|ON CONFLICT|SETNX|nx\s*[=:]\s*true/i;

/** What goes wrong where things happen at once or out of their order, and what waits for whom. */
export const OF_CONCURRENCY: readonly HarmRule[] = [
  {
    why: 'it no longer waits for what it starts',
    when: (lines) => {
      const pair = sameBut(lines, (line) => line.replace(AWAITS, ''));
      const handsOn = /^return await\b/.test(pair?.before ?? '') && lines.files.every((file) => HANDS_ON.test(file));
      return (
        pair !== null && !handsOn && (pair.before.match(AWAITS)?.length ?? 0) > (pair.after.match(AWAITS)?.length ?? 0)
      );
    },
    shows:
      /coroutine|\bPromise\b|undefined|NoneType|not iterable|is not a function|never awaited|second operation|not found|does not exist|unhandled|\bdisposed?\b|already closed|\bpending\b|missing|before (?:it|they|the)\b|incomplete|\bTask`?\d?\b|\bstale\b|conflict|newer (?:one|version)|optimistic/i,
  },
  {
    why: 'it no longer takes back what it began when something fails (rollback)',
    when: (lines) => gone(lines, ROLLS_BACK),
    shows:
      /rollback|rolled back|transaction is aborted|in failed sql transaction|idle.in.transaction|lock (?:wait )?timeout|connections?_(?:in_use|active|open|busy|used)|too many (?:clients|connections)|deadlock|inconsistent|partial|half.?(?:done|written)|without (?:its|their|a)\b/i,
  },
  {
    why: 'it leaves a lock taken on some ways out',
    when: (lines) => gone(lines, UNLOCKS_ALWAYS) && UNLOCKS.test(lines.detail.slice(0, MOST_READ)),
    shows: /goroutines?|deadlock|no progress|\bstuck\b|hang|hung|\block(?:s|ed)?\b|blocked|asleep|threads?_|_threads/i,
  },
  {
    why: 'it no longer keeps apart those who do it at once (a race)',
    when: (lines) => losesGuard(lines),
    shows:
      /concurrent|\brace\b|second operation|negative|duplicate|already (?:exists|processed|booked|running|taken|tracked)|\btwice\b|over(?:sold|booked)|lost update|corrupt|inconsistent|modified by another|another (?:thread|transaction)|collection was modified|changed size during iteration|thread.?safe|double|below (?:zero|0)|mixed up|belongs to another/i,
  },
];

/** Kept apart before by these lines, and by none of the new ones. */
const losesGuard = (lines: Lines): boolean => gone(lines, KEEPS_APART) && !came(lines, KEEPS_APART);
