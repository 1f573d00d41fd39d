import { firstOfEach } from '../../conclusion/first-of-each.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { isStrained } from '../calm-series.ts';
import { seenIn } from '../complaints.ts';
import type { DatabaseEvent, DatabaseState } from '../database-state.ts';
import type { StoryTeller } from '../story.ts';
import { hasRoomForClients } from './client-limit.ts';
import { killedForMemory } from './memory-kills.ts';
import { cited, currentEvents, eventText, isCurrent, isFelt, noActions } from './story-parts.ts';

const CHANGED =
  /(?:updated|changed|modified|set|applied)\b[^.]{0,40}\bparameter(?: group)? "?([a-z][\w.-]{2,60})"?(?: from "?[\w.:%-]{1,40}"?)?(?: to "?([\w.:%-]{1,40}))?/i;
/** Of a change that waits for the next start of the server. */
const AT_NEXT_START = /pending-reboot/i;
const STARTED = /\b(?:restarted|rebooted|reboot(?:ing)? (?:completed|finished)|started)\b/i;

/** What a parameter is about, by the words of its name, of those who suffer, and by what its callers complain about. */
const TOPICS: readonly { named: RegExp; says: RegExp; kinds: readonly string[]; meaning: string }[] = [
  {
    named: /conn/,
    says: /connection|clients|slots/i,
    kinds: ['connection-limit', 'pool-exhausted'],
    meaning: 'the limit of connections',
  },
  {
    named: /mem|buffer|cache|pool_size/,
    says: /memory|swap|spill|temporary|slow|evict/i,
    kinds: ['store-memory'],
    meaning: 'the memory of the server',
  },
  {
    named: /timeout|time$/,
    says: /timeout|cancel|timed out/i,
    kinds: ['statement-timeout'],
    meaning: 'a time limit',
  },
  { named: /read_only/, says: /read[- ]only/i, kinds: ['read-only-database'], meaning: 'whether it takes writes' },
  {
    named: /ssl|tls|secure/,
    says: /ssl|tls|encrypt|secure transport/i,
    kinds: ['store-demands-tls', 'client-not-allowed', 'certificate'],
    meaning: 'encrypted connections (TLS, SSL)',
  },
  {
    named: /password|auth|hba/,
    says: /authenticat|password|pg_hba|scram|md5/i,
    kinds: ['credentials', 'client-not-allowed', 'password-expired'],
    meaning: 'who may log in',
  },
  {
    named: /sync|flush|wal|binlog|checkpoint|log_(?:buffer|file|size)/,
    says: /write|commit|latency|iops|lag|checkpoint|storage/i,
    kinds: [],
    meaning: 'how it writes its log',
  },
  {
    named: /optimi|cost|plan|jit|parallel|join/,
    says: /plan|slow|cpu|latency|query/i,
    kinds: [],
    meaning: 'how it plans queries',
  },
  { named: /vacuum/, says: /vacuum|bloat|dead|wraparound/i, kinds: ['transaction-ids'], meaning: 'vacuum' },
];

type Change = { setting: string; value: string | null; shown: string; evidence: number; restart: DatabaseEvent | null };

/** A parameter that somebody changed, where what it is about is what goes wrong since it is in force. */
export const parameter: StoryTeller = (state, { server, text }) => {
  const events = currentEvents(state);
  const killed = killedForMemory(state);
  for (const { setting, value, shown, evidence, restart } of changesInForce(state)) {
    if (setting === 'max_connections' && killed.length === 0 && hasRoomForClients(state, text)) continue;
    const others = events.filter(({ message }) => message !== shown && message !== restart?.message);
    const topic = TOPICS.find(
      ({ named, says, kinds }) =>
        named.test(setting) &&
        ((killed.length > 0 && ofMemory(setting) && !isLowered(shown, value)) ||
          says.test([text, ...others.map(({ message }) => message)].join(' ')) ||
          state.callers.some(({ kind }) => kinds.includes(kind))),
    );
    if (!topic) continue;
    const told = [
      ...(ofMemory(setting) ? killed.slice(0, 1) : []),
      ...others.filter((event) => topic.says.test(event.message) && !killed.includes(event)),
      ...firstOfEach(
        state.callers.filter(({ kind }) => topic.kinds.includes(kind)),
        ({ kind }) => kind,
      ).map((caller) => ({ at: null, message: caller.text, about: caller.writer, evidence: caller.evidence })),
    ];
    const felt = told.length > 0 || isFelt(seenIn(text)) || isStrained(state);
    return {
      kind: 'parameter',
      // Where all is calm and nobody suffers, it did no harm.
      score: told.length > 0 ? 0.93 : felt ? 0.86 : 0.3,
      text: `A changed parameter of the database server ${server} is the cause: ${setting}${value ? ` was set to ${value}` : ' was changed'}, which is about ${topic.meaning} (${quote(shown, 130)})${restart ? ` and came into force when the server was restarted (${quote(restart.message, 60)})` : ''}${told[0] ? `. Since then: ${eventText(told, 2, 200)}` : ''}`,
      brief: `the parameter ${setting} was changed`,
      evidence: [evidence, ...cited(told), ...(restart ? cited([restart]) : [])],
      actions: noActions,
    };
  }
  return null;
};

/** What every session, or every step of a statement, takes for itself: a raise harms with the first load that needs it, maybe a night later. */
const EACH_TAKES =
  /^(?:work_mem|maintenance_work_mem|autovacuum_work_mem|hash_mem_multiplier|temp_buffers|(?:sort|join|read|read_rnd|bulk_insert)_buffer_size|tmp_table_size|max_heap_table_size|max_connections|max_parallel_\w+|shared_buffers|innodb_buffer_pool_size)$/;
const ofMemory = (setting: string): boolean => EACH_TAKES.test(setting);
/** True for a change that tells its former value, which was larger. */
const isLowered = (shown: string, value: string | null): boolean =>
  Number(/\b(?:previous(?:ly)?|former(?:ly)?|old|was|from)(?: value)?:? "?(\d{1,15})\b/i.exec(shown)?.[1]) >
  Number(value);
/** So long ago such a change may have been, ms. */
const DAYS = 3 * 86_400_000;

/** True for a change of the last days after which memory was used up until processes were killed. */
function usedUpSince(state: DatabaseState, setting: string, value: string | null, event: DatabaseEvent): boolean {
  const [first] = ofMemory(setting) && !isLowered(event.message, value) ? killedForMemory(state) : [];
  const ago = Date.parse(first?.at ?? '') - Date.parse(event.at ?? '');
  return ago >= 0 && ago <= DAYS;
}

/** The changes of this time, and earlier ones that a restart of this time brought into force or that use memory up since. */
function changesInForce(state: DatabaseState): Change[] {
  const current = currentEvents(state);
  const restart = current.find(({ message }) => STARTED.test(message)) ?? null;
  return [...state.events, ...trailOf(state)].flatMap((event) => {
    const [, setting = '', value = null] = CHANGED.exec(event.message) ?? [];
    const waited = AT_NEXT_START.test(event.message);
    const inForce = waited
      ? restart !== null && !isLater(event, restart)
      : isCurrent(state, event) || usedUpSince(state, setting, value, event);
    if (setting === '' || !inForce) return [];
    return [{ setting, value, shown: event.message, evidence: event.evidence, restart: waited ? restart : null }];
  });
}

const isLater = (left: DatabaseEvent, right: DatabaseEvent): boolean =>
  Date.parse(left.at ?? '') > Date.parse(right.at ?? '');

const MODIFIED = /"?parameterName"?\W{1,4}([\w.]{3,60})\b.{0,120}?"?parameterValue"?\W{1,4}([\w.:%-]{1,40})/gi;

/** What the audit trail of the cloud tells of parameters, in the words of its events. */
function trailOf({ changes }: DatabaseState): DatabaseEvent[] {
  return changes
    .filter(({ name }) => /^Modify(?:DB|Cache)(?:Cluster)?ParameterGroup$/.test(name))
    .flatMap(({ at, text, evidence }) =>
      [...text.replaceAll('\\"', '"').matchAll(MODIFIED)].map(([, setting, value]) => ({
        at,
        message: `Updated parameter ${setting} to ${value}${AT_NEXT_START.test(text) ? ' (pending-reboot)' : ''}`,
        about: null,
        evidence,
      })),
    );
}

const REFUSED =
  /password authentication failed|access denied for user|authentication failed|pam authentication failed|invalid (?:password|credentials)|wrongpass/i;
/** A client whose address, user or way to connect no rule of PostgreSQL allows; its credentials were not looked at. */
const NOT_ALLOWED = /no pg_hba\.conf entry|require_secure_transport ?= ?ON/i;
const ROTATED =
  /reset(?:ting)? (?:the )?master (?:credentials|password)|(?:secret|password|credential)s?\b[^.]{0,40}\b(?:rotat|chang|reset)\w*|rotat\w+[^.]{0,40}(?:secret|password|credential)/i;

/** How servers say that a password was good for some time only (VALID UNTIL, default_password_lifetime, a profile). */
const EXPIRED =
  /\bexpired password\b|password (?:of .{0,80} )?(?:has |is )?expired|must reset your password|ORA-28001/i;

/** Clients that are refused because their credentials are wrong or have expired, or are so since they were rotated. */
export const credentials: StoryTeller = (state, { server, text }) => {
  const refused = currentEvents(state).filter(({ message }) => REFUSED.test(message) || NOT_ALLOWED.test(message));
  const rotated = currentEvents(state).filter(({ message }) => ROTATED.test(message));
  const expired = currentEvents(state).filter(({ message }) => EXPIRED.test(message));
  const unknown = refused.length > 0 && refused.every(({ message }) => NOT_ALLOWED.test(message));
  if (
    refused.length + expired.length === 0 &&
    !(rotated.length > 0 && /auth|password|credential|login|denied/.test(text))
  )
    return null;
  return {
    kind: 'credentials',
    score:
      rotated.length + expired.length > 0
        ? 0.92
        : refused.length >= 3 || /auth|password|credential|login|denied/.test(text)
          ? 0.86
          : 0.62,
    text: `Clients of the database server ${server} are refused because ${unknown ? 'no rule of it lets them in as they come (pg_hba.conf: address, user or no TLS)' : expired.length > 0 ? 'the password of their user has expired (authentication failed)' : 'their credentials are wrong (authentication failed)'}${rotated.length > 0 ? ' since the password was changed (rotated)' : ''}. Events: ${eventText([...rotated, ...expired.slice(0, 1), ...refused], 3, 150)}`,
    brief: unknown ? 'clients are refused by its rules' : 'clients are refused for wrong credentials',
    evidence: [...cited(refused), ...cited(rotated), ...cited(expired)],
    actions: noActions,
  };
};
