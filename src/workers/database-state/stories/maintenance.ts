import { quote } from '../../kubernetes-state/quote.ts';
import { isStrained } from '../calm-series.ts';
import { seenIn } from '../complaints.ts';
import type { DatabaseState } from '../database-state.ts';
import { alarmedMetrics } from '../harmless-readings.ts';
import { changeText, metricOf, type SeriesProfile } from '../profile-series.ts';
import { shownStatement } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import {
  cited,
  currentEvents,
  eventText,
  heaviest,
  isFelt,
  noActions,
  numbers,
  rose,
  settingOf,
  waitNames,
} from './story-parts.ts';

/** A checkpoint that began because so much of the log was written as max_wal_size allows, and not because it was time. */
const FORCED = /checkpoint starting:(?: \w+)* (?:wal|xlog)\b/i;
const MANY_FORCED = 3;

/** What a server says of checkpoints that come too often, and of a vacuum that has more to do than usual. */
const TOO_CLOSE = /too frequently|storm|\d+ checkpoints|excessive/i;
const HARD =
  /\bauto(?:matic )?(?:aggressive )?-?vacuum\b[^\n]{0,80}(?:wraparound|aggressive|excessive|storm|too frequently)|aggressive (?:auto)?vacuum|excessive (?:auto)?vacuum|vacuum storm/i;

/** What PostgreSQL writes when an automatic vacuum is through with a table. */
const ENDED = /automatic (?:aggressive )?vacuum[^\n]{0,60} of table/i;
/** What is left of its load then; what clients ask for differs by this much from minute to minute. */
const [EASED, AS_MUCH] = [0.75, 1.15];

/** True where the server works less at the end of the window than before, and nothing works more. */
function eased(state: DatabaseState): boolean {
  const load = ['CPUUtilization', 'WriteIOPS', 'ReadIOPS'].flatMap((metric) => metricOf(state, metric) ?? []);
  return (
    load.length > 0 &&
    load.every(({ before, after }) => after <= AS_MUCH * before) &&
    load.some(({ before, after }) => after <= EASED * before)
  );
}

/** True where the alert is about the age of transaction IDs, and that is harmless as it stands (vacuum is its cure then), or about vacuum alone. */
function doesWhatIsAsked(state: DatabaseState, text: string): boolean {
  const ages = alarmedMetrics(state, text).filter(
    ({ profile }) => profile.series.metric === 'MaximumUsedTransactionIDs',
  );
  return ages.length > 0 ? ages.every(({ reading }) => reading !== null) : /vacuum/.test(text);
}

/** Where a replica falls behind, checkpoints of the primary are another effect of what it writes. */
const LAGS_BEHIND = /replica(?:tion)?[ -]?lag|\blag\b[^.]{0,40}replica/;

/** Vacuum and checkpoints that take the server over. */
export const maintenance: StoryTeller = (state, { server, text }) => {
  const top = heaviest(state.profile);
  const events = currentEvents(state).filter(
    ({ message }) => /vacuum|checkpoint|wraparound|freeze/i.test(message) && !/completed successfully/i.test(message),
  );
  // A vacuum that wrote its summary has come to its end; where the load went with it, it is over.
  const ended = currentEvents(state).some(({ message }) => ENDED.test(message));
  const harm = isStrained(state) || isFelt(text);
  if (ended && eased(state)) return null;
  const forced = events.filter(({ message }) => FORCED.test(message));
  const frequent = [
    ...events.filter(({ message }) => /checkpoint/i.test(message) && TOO_CLOSE.test(message)),
    ...(forced.length >= MANY_FORCED ? forced : []),
  ];
  const walSize = settingOf(state, 'max_wal_size');
  const own = top && /\bvacuum\b|\banalyze\b|checkpointer|freeze/i.test(top.statement) && top.share >= 0.3 ? top : null;
  const vacuums = events.filter(({ message }) => !/checkpoint/i.test(message) && HARD.test(message));
  if (!own && frequent.length === 0 && vacuums.length === 0) return null;
  // Nor is one to blame that nobody feels, where it is through or does what the alert asks for.
  const isFeltNow = isStrained(state) || isFelt(seenIn(text));
  if (!isFeltNow && frequent.length === 0 && (ended || doesWhatIsAsked(state, text))) return null;
  const storm = frequent.some(({ message }) => /checkpoint/i.test(message));
  const [wal, iops, queue] = [
    metricOf(state, 'TransactionLogsGeneration'),
    metricOf(state, 'WriteIOPS'),
    metricOf(state, 'DiskQueueDepth'),
  ];
  const changes = [iops, wal, queue].filter((one): one is SeriesProfile => rose(one, 2)).map(changeText);
  const what = own
    ? `The maintenance statement ${quote(shownStatement(own.statement, 80), 90)}`
    : frequent.length > 0
      ? 'Checkpoints that follow each other too closely'
      : 'A vacuum that has much to freeze or to remove';
  const shown = [...frequent, ...vacuums];
  return {
    kind: 'maintenance',
    // Vacuum belongs to every working day; it is to blame where the server suffers.
    score: !harm
      ? 0.3
      : own && events.length > 0
        ? 0.93
        : own
          ? 0.88
          : frequent.length > 0
            ? LAGS_BEHIND.test(text)
              ? 0.58
              : 0.8
            : 0.6,
    text: `${what} ${own || frequent.length === 0 ? 'overloads' : 'overload'} the database server ${server}${storm && own ? ' and triggers a checkpoint storm (checkpoints too frequent)' : ''}: ${own || frequent.length === 0 ? 'it writes' : 'they write'} WAL (write-ahead log) and dirty pages${own ? ' and takes most of the load' : ''}${state.profile ? `; the load waits on ${waitNames(state.profile.waits, 3)}` : ''}${changes.length > 0 ? `. ${changes.join(', ')}` : ''}. CPU and latency are effects of it${storm && walSize ? `; max_wal_size is ${quote(walSize.value, 20)}` : ''}${shown[0] ? `. Events: ${eventText(shown, 1, 130)}` : ''}`,
    brief: 'vacuum and checkpoints load the server',
    evidence: [
      ...(storm && walSize ? [walSize.evidence] : []),
      ...cited(events),
      ...numbers(wal, iops, queue),
      ...(state.profile ? [state.profile.evidence] : []),
    ],
    actions: noActions,
  };
};
