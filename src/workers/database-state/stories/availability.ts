import { quote } from '../../kubernetes-state/quote.ts';
import type { DatabaseEvent } from '../database-state.ts';
import { isOver, isOverUnmeasured } from '../past-interruption.ts';
import { metricOf, valueText } from '../profile-series.ts';
import type { StoryTeller } from '../story.ts';
import { cited, currentEvents, eventText, noActions, numbers } from './story-parts.ts';

/** Words of those who felt that a server was away. */
const FELT =
  /fail(?:ed)?[ -]?over|restart|reboot|unavailab|unreachable|\bdown\b|\bconnections?\b|drop|interrupt|outage|maintenance|read-only|errors?\b/;

const UNUSABLE =
  /incompatible-(?:parameters|network|option-group|restore|credentials)|inaccessible-encryption-credentials|cannot access the KMS|KMS (?:encryption )?key[^.]{0,80}(?:disabled|unable|not accessible|inaccessible)|DB (?:instance|cluster) (?:was )?(?:stopped|deleted)|in (?:a |the )?failed state/i;
/** The key with which the data of a server are encrypted, and what takes it away. */
const OF_KEY = /\bKMS\b|encryption[- ](?:key|credentials)/i;
const KEY_CHANGE =
  /^(?:DisableKey|ScheduleKeyDeletion|RevokeGrant|RetireGrant|PutKeyPolicy|DeleteImportedKeyMaterial)$/;

/** A server in a state in which its cloud does not run it. */
export const unusable: StoryTeller = (state, { server }) => {
  const found = currentEvents(state).filter(({ message }) => UNUSABLE.test(message));
  // Why goes before what became of it.
  const events = found.toSorted(
    (left, right) => Number(OF_KEY.test(right.message)) - Number(OF_KEY.test(left.message)),
  );
  const status = state.status && UNUSABLE.test(state.status.status) ? state.status : null;
  if (events.length === 0 && !status) return null;
  const ofKey = OF_KEY.test([...events.map(({ message }) => message), status?.status ?? ''].join('\n'));
  const change = ofKey ? (state.changes.findLast(({ name }) => KEY_CHANGE.test(name)) ?? null) : null;
  const key = change
    ? `: its encryption key (KMS) was taken away by ${change.name}${change.who ? ` of ${change.who}` : ''}${change.at ? ` at ${change.at}` : ''}`
    : ofKey
      ? ': its encryption key (KMS) is not accessible'
      : '';
  return {
    kind: 'unusable',
    score: ofKey ? 0.92 : 0.88,
    ...(ofKey ? { class: 'infrastructure' as const } : {}),
    text: `The database server ${server} is in a state in which it cannot be used${key}${status ? ` (status ${status.status})` : ''}${events.length > 0 ? `. Events: ${eventText(events, 2, 200)}` : ''}`,
    brief: 'the server is in an unusable state',
    evidence: [...cited(events), ...(status ? [status.evidence] : []), ...(change ? [change.evidence] : [])],
    actions: noActions,
  };
};

/** An interruption that is over is told, and no cause of anything. */
const PAST = 0.25;
/** Said to be over, and not measured: it may be the cause of something, and nobody can tell. */
const UNKNOWN = 0.45;

/** What a cloud gives as the reason of a failover, in an event of its own. */
const REASON =
  /\b(?:primary (?:host|instance|node)|(?:storage volume|operating system) underlying)\b|\b(?:user|customer)[- ](?:requested|initiated)|requested (?:a failover|by)|health check failure|\breason: */i;

/** A server that failed over to its standby. */
export const failover: StoryTeller = (state, { server, text }) => {
  const current = currentEvents(state);
  const events = current.filter(({ message }) => /failover|fail(?:ed)? over|promot(?:ed|ion)/i.test(message));
  if (events.length === 0) return null;
  const why = current.find(({ message }) => REASON.test(message)) ?? null;
  const after = current.filter(
    ({ message }) => /is available|restart|recover/i.test(message) && !events.some((one) => one.message === message),
  );
  const connections = metricOf(state, 'DatabaseConnections');
  const gap =
    connections && connections.min <= 0.1 * connections.before
      ? `; DatabaseConnections fell from ${valueText(connections.first, null)} to ${valueText(connections.min, null)}${connections.last > 0.5 * connections.before ? ` and recovered to ${valueText(connections.last, null)}, the workload resumed normally` : ''}`
      : '';
  const told = [...new Set([...events, ...after])].filter((event) => event !== why).toSorted(byTime);
  return {
    kind: 'failover',
    // Connections that went on without a gap show that clients hardly felt it.
    score: isOver(state, text)
      ? PAST
      : isOverUnmeasured(state, text)
        ? UNKNOWN
        : connections === null || gap !== '' || FELT.test(text)
          ? 0.92
          : 0.6,
    text: `A failover of the database server ${server} interrupted it${why ? `, triggered because of ${quote(reasonIn(why.message), 160)}` : ''}${gap}. Events: ${eventText(told, 4, 110)}`,
    brief: 'the server failed over',
    evidence: [...cited(events), ...cited(after), ...(why ? cited([why]) : []), ...numbers(connections)],
    actions: noActions,
  };
};

/** The reason within an event that tells more than it. */
const reasonIn = (message: string): string =>
  (/reason:\s*([^.]+)/i.exec(message)?.[1] ?? /health check failure[^.]*/i.exec(message)?.[0] ?? message).trim();

/** Events in the order of their times; those without one stay where they are. */
const byTime = (left: DatabaseEvent, right: DatabaseEvent): number =>
  (Date.parse(left.at ?? '') || 0) - (Date.parse(right.at ?? '') || 0);

/** A server that was restarted or changed. */
export const restart: StoryTeller = (state, { server, text }) => {
  const events = currentEvents(state).filter(
    ({ message }) =>
      /reboot|restart(?! ?point)|shut ?down|maintenance|patch|upgrad|recovery(?! restart ?point)|unavailable|modif(?:y|ied|ication)|scal(?:ed|ing)/i.test(
        message,
      ) &&
      !/failover|backup|storage|needs? (?:to be rebooted|a reboot)|pending|(?:is|are) available\b|no downtime|(?:upgrade|update|patch)\w* (?:is |are )?available|completed without/i.test(
        message,
      ),
  );
  const connections = metricOf(state, 'DatabaseConnections');
  const dropped = connections !== null && connections.min <= 0.1 * connections.before && connections.before > 0;
  if (events.length === 0) return null;
  return {
    kind: 'restart',
    // Where clients went on without a gap and nobody felt it, it is no reason for anything.
    score: isOver(state, text)
      ? PAST
      : isOverUnmeasured(state, text)
        ? UNKNOWN
        : dropped
          ? 0.85
          : connections === null || FELT.test(text)
            ? 0.5
            : 0.25,
    text: `The database server ${server} was restarted or changed${dropped && connections ? `: DatabaseConnections fell from ${valueText(connections.first, null)} to ${valueText(connections.min, null)}` : ''}. Events: ${eventText(events, 3, 140)}`,
    brief: 'the server was restarted',
    evidence: [...cited(events), ...numbers(connections)],
    actions: noActions,
  };
};
