import { shownCells } from '../../kubernetes-state/logs/answer-rows.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { bothRun } from '../calm-replicas.ts';
import { type PrintedState, rowsWith, type Shown } from '../printed/printed-state.ts';
import { oplogReach, setMembers } from '../printed/set-members.ts';
import type { StoryTeller } from '../story.ts';
import { noActions } from './story-parts.ts';

/** What a kind of server calls its log, how a replica says that its source no longer has what it lacks, and what helps then. */
type LogKind = {
  log: string;
  gone: RegExp;
  remedy: string;
  /** How often it must be said, where the replica helps itself the first time. */
  least?: number;
};

const KINDS: readonly LogKind[] = [
  {
    log: 'oplog',
    gone: /too stale to catch up|we are too stale to use|OplogStartMissing|TooStaleToSyncFromSource/i,
    remedy: 'it needs an initial sync (resync)',
  },
  {
    log: 'WAL (write-ahead log)',
    gone: /can no longer (?:get changes from|access) replication slot|invalidated because it exceeded the maximum reserved size/i,
    remedy: 'its slot must be created anew, and its data copied again',
  },
  {
    log: 'WAL (write-ahead log)',
    gone: /requested WAL segment \S{1,40} has already been removed/i,
    remedy: 'it must be built anew (base backup) or take the segments from an archive',
  },
  {
    log: 'replication backlog',
    gone: /Unable to partial resync with (?:replica|slave) \S{1,80} for lack of backlog/i,
    remedy:
      'each attempt copies everything anew, and it fails for as long as what is written meanwhile does not fit (repl-backlog-size, client-output-buffer-limit)',
    least: 2,
  },
  {
    log: 'binary log',
    gone: /purged (?:required )?binary logs|(?:required )?binlog files have been purged|Could not find first log file name in binary log index|Could not find GTID state requested by (?:slave|replica)/i,
    remedy: 'it must be cloned anew from its source',
  },
  {
    log: 'redo log archive',
    gone: /FAL\[client[^\]\n]{0,20}\]: Failed to request gap sequence|ORA-16401: archive log rejected|gap[^\n]{0,60}ORA-00308/i,
    remedy: 'the missing archived logs must be restored, or the standby rolled forward by an incremental backup',
  },
  {
    log: 'history of operations',
    gone: /Operations are no longer available for replicating/i,
    remedy: 'the follower must be restored from its leader anew',
  },
];

/** What tells that a replica found its way back. */
const BACK =
  /started streaming WAL from primary|restored log file "[^"\n]{1,60}" from archive|Synchronization with (?:replica|slave) \S{1,80} succeeded|initial sync (?:done|finished|complete)|"newState":"SECONDARY"|transition to (?:state )?SECONDARY|connected to (?:source|master) '|replication (?:resumed|started in log)/i;
const ABOUT =
  /replica|standby|stand-by|secondary|\bmember\b|\bslave\b|\blag\b|\bslots?\b|\bstale\b|recovering|\bfollower\b|oplog|logical|\bcdc\b|catch(?:es|ing)? up/;
const LINE = 2000;

/** A replica that needs a part of the log that its source has removed since: it was away (or slow) for longer than the log reaches back. */
export const logGone: StoryTeller = ({ printed }, { server, text }) => {
  const told = toldGone(printed);
  const member = memberBehindOplog(printed);
  const slot = lostSlot(printed);
  const [first] = [told, member, ABOUT.test(text) ? slot : null].filter((one) => one !== null);
  if (!first || followsAgain(printed, text)) return null;
  const kind = told?.kind ?? (member ? KINDS[0] : KINDS[1]);
  const who = member?.name ?? illMember(printed) ?? server;
  const facts = [told && quote(told.what, 170), member?.what ?? null, slot && quote(slot.what, 130)];
  return {
    kind: 'log-gone',
    // A slot alone may be the rest of a replica that was given up.
    score: !told && !member ? 0.7 : ABOUT.test(text) ? 0.93 : 0.62,
    server: who,
    text: `The replica ${who} cannot catch up (replication is broken, it is too stale): it was behind for longer than the ${kind?.log} of its source reaches back, so what it lacks is gone there (${facts.filter(Boolean).join('; ')}). Waiting does not help: ${kind?.remedy}, and the ${kind?.log} is too short for such an absence`,
    brief: `the ${kind?.log} that a replica needs is gone on its source`,
    evidence: [...new Set([told, member, slot].flatMap((one) => (one ? one.cited : [])))].sort(
      (left, right) => left - right,
    ),
    actions: noActions,
  };
};

type Told = { what: string; cited: number[] };

/** The last line by which a replica or its source says so, unless the same log tells later that the replica is back. */
function toldGone({ notes }: PrintedState): (Told & { kind: LogKind }) | null {
  for (const { text, evidence } of notes) {
    const lines = text.split('\n').map((line) => line.slice(0, LINE));
    const kind = KINDS.find(({ gone }) => gone.test(text));
    if (!kind) continue;
    const last = lines.findLastIndex((line) => kind.gone.test(line));
    const times = lines.filter((line) => kind.gone.test(line)).length;
    if (last < 0 || times < (kind.least ?? 1) || lines.slice(last + 1).some((line) => BACK.test(line))) continue;
    return { what: around(lines[last] ?? '', kind.gone), kind, cited: [evidence] };
  }
  return null;
}

/** The words of a long line that matter, with a little of what follows. */
function around(line: string, pattern: RegExp): string {
  const at = pattern.exec(line)?.index ?? 0;
  return (
    line
      .slice(at, at + 160)
      .split('"')[0]
      ?.trim() ?? ''
  );
}

/** A member whose last operation is older than the first one that the oplog of another one still holds. */
function memberBehindOplog({ notes }: PrintedState): (Told & { name: string }) | null {
  const reach = notes.flatMap(({ text, evidence }) => {
    const found = oplogReach(text);
    return found ? [{ ...found, evidence }] : [];
  })[0];
  if (!reach) return null;
  for (const { text, evidence } of notes) {
    const member = setMembers(text).find(({ state, optime }) => state === 'RECOVERING' && optime < reach.first);
    if (member)
      return {
        name: member.name.replace(/:\d+$/, ''),
        what: `state ${member.state}, its last operation is of ${member.optimeText}; ${reach.text}`,
        cited: [evidence, reach.evidence],
      };
  }
  return null;
}

const illMember = ({ notes }: PrintedState): string | null =>
  notes
    .flatMap(({ text }) => setMembers(text))
    .find(({ state }) => state === 'RECOVERING')
    ?.name.replace(/:\d+$/, '') ?? null;

/** A slot whose log was removed although its reader had not read it. */
function lostSlot(printed: PrintedState): Told | null {
  const lost: Shown<Record<string, string>> | undefined = rowsWith(printed, 'slot_name', 'wal_status').find(
    ({ what }) => what.wal_status === 'lost',
  );
  return lost
    ? {
        what: shownCells(lost.what, 'slot_name', 'active', 'wal_status', 'invalidation_reason'),
        cited: [lost.evidence],
      }
    : null;
}

/** True where the replicas were asked since, and each of them follows its source. */
function followsAgain(printed: PrintedState, alert: string): boolean {
  const members = printed.notes.flatMap(({ text }) => setMembers(text));
  const statuses = printed.answers.filter(({ text }) => /(?:Replica|Slave)_IO_Running:/.test(text));
  const receivers = rowsWith(printed, 'status', 'sender_host');
  const named = rowsWith(printed, 'application_name', 'state').filter(
    ({ what }) => what.application_name && alert.includes(what.application_name.toLowerCase()),
  );
  return (
    named.some(({ what }) => what.state === 'streaming') ||
    (members.length > 1 && members.every(({ state }) => /^(?:PRIMARY|SECONDARY|ARBITER)$/.test(state))) ||
    (statuses.length > 0 && statuses.every(({ text }) => bothRun(text))) ||
    (receivers.length > 0 && receivers.every(({ what }) => what.status === 'streaming'))
  );
}
