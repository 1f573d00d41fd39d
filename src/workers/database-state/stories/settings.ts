import { quote } from '../../kubernetes-state/quote.ts';
import { isStrained } from '../calm-series.ts';
import type { DatabaseEvent } from '../database-state.ts';
import type { StoryTeller } from '../story.ts';
import { cited, currentEvents, eventText, isFelt, noActions } from './story-parts.ts';

const CHANGED =
  /(?:updated|changed|modified|set|applied)\b[^.]{0,40}\bparameter(?: group)? "?([a-z][\w.-]{2,60})"?(?: to "?([\w.:%-]{1,40}))?/i;

/** What a parameter is about, by the words of its name and of those who suffer. */
const TOPICS: readonly { named: RegExp; says: RegExp; meaning: string }[] = [
  { named: /conn/, says: /connection|clients|slots/i, meaning: 'the limit of connections' },
  {
    named: /mem|buffer|cache|pool_size/,
    says: /memory|swap|spill|temporary|slow|evict/i,
    meaning: 'the memory of the server',
  },
  { named: /timeout|time$/, says: /timeout|cancel|timed out/i, meaning: 'a time limit' },
  { named: /read_only/, says: /read[- ]only/i, meaning: 'whether it takes writes' },
  { named: /ssl|tls|secure/, says: /ssl|tls|encrypt|secure transport/i, meaning: 'encrypted connections' },
  {
    named: /sync|flush|wal|binlog|checkpoint|log_(?:buffer|file|size)/,
    says: /write|commit|latency|iops|lag|checkpoint|storage/i,
    meaning: 'how it writes its log',
  },
  {
    named: /optimi|cost|plan|jit|parallel|join/,
    says: /plan|slow|cpu|latency|query/i,
    meaning: 'how it plans queries',
  },
  { named: /vacuum/, says: /vacuum|bloat|dead|wraparound/i, meaning: 'vacuum' },
];

/** A parameter that somebody changed, where what it is about is what goes wrong since. */
export const parameter: StoryTeller = (state, { server, text }) => {
  const events = currentEvents(state);
  const changes = events.flatMap((event) => {
    const match = CHANGED.exec(event.message);
    return match ? [{ event, setting: match[1] ?? '', value: match[2] ?? null }] : [];
  });
  const spoken = (other: DatabaseEvent[]) => [text, ...other.map(({ message }) => message)].join(' ');
  for (const { event, setting, value } of changes) {
    const others = events.filter((one) => one !== event);
    const topic = TOPICS.find(({ named, says }) => named.test(setting) && says.test(spoken(others)));
    if (!topic) continue;
    const told = others.filter(({ message }) => topic.says.test(message));
    const shown = told.length > 0 || isFelt(text) || isStrained(state);
    return {
      kind: 'parameter',
      // Where all is calm and nobody suffers, it did no harm.
      score: told.length > 0 ? 0.93 : shown ? 0.86 : 0.3,
      text: `A changed parameter of the database server ${server} is the cause: ${setting}${value ? ` was set to ${value}` : ' was changed'}, which is about ${topic.meaning} (${quote(event.message, 130)})${told[0] ? `. Since then: ${eventText(told, 2, 150)}` : ''}`,
      brief: `the parameter ${setting} was changed`,
      evidence: [...cited([event]), ...cited(told)],
      actions: noActions,
    };
  }
  return null;
};

const REFUSED =
  /password authentication failed|access denied for user|authentication failed|pam authentication failed|invalid (?:password|credentials)|wrongpass|no pg_hba\.conf entry/i;
const ROTATED =
  /reset(?:ting)? (?:the )?master (?:credentials|password)|(?:secret|password|credential)s?\b[^.]{0,40}\b(?:rotat|chang|reset)\w*|rotat\w+[^.]{0,40}(?:secret|password|credential)/i;

/** Clients that are refused because their credentials are wrong, or are so since they were rotated. */
export const credentials: StoryTeller = (state, { server, text }) => {
  const refused = currentEvents(state).filter(({ message }) => REFUSED.test(message));
  const rotated = currentEvents(state).filter(({ message }) => ROTATED.test(message));
  if (refused.length === 0 && !(rotated.length > 0 && /auth|password|credential|login|denied/.test(text))) return null;
  return {
    kind: 'credentials',
    score:
      rotated.length > 0
        ? 0.92
        : refused.length >= 3 || /auth|password|credential|login|denied/.test(text)
          ? 0.86
          : 0.62,
    text: `Clients of the database server ${server} are refused because their credentials are wrong (authentication failed)${rotated.length > 0 ? ' since the password was changed (rotated)' : ''}. Events: ${eventText([...rotated, ...refused], 3, 150)}`,
    brief: 'clients are refused for wrong credentials',
    evidence: [...cited(refused), ...cited(rotated)],
    actions: noActions,
  };
};
