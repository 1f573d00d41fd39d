import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { oncePer } from '../detectors/support/once-per.ts';
import { worksAsBefore } from './as-before.ts';
import type { DatabaseEvent, DatabaseState } from './database-state.ts';
import { liveStories } from './live/live-stories.ts';
import { readDatabase } from './read-database.ts';
import { STORIES } from './stories/index.ts';
import { EFFECTS, type Story, type StoryContext } from './story.ts';

const MAX_STATEMENT = 590;
/** A second story this sure, that the first does not explain, is told beside it. */
const INDEPENDENT = 0.8;

export type DatabaseDiagnosis = { state: DatabaseState; context: StoryContext; stories: Story[] };

/** The stories that the evidence tells of a database server, the cause first; what it explains stands below its confidence. */
export const diagnoseDatabase = oncePer((input: DetectorInput): DatabaseDiagnosis => {
  const seen = readDatabase(input.evidence);
  const context = { text: alertText(input.alerts).toLowerCase(), server: serverOf(seen, input) };
  const state = { ...seen, events: seen.events.filter((event) => !isOfAnother(event, context.server, input)) };
  const told = [...liveStories(input), ...STORIES.flatMap((tell) => tell(state, context) ?? [])];
  return { state, context, stories: inOrder(worksAsBefore(state, context, told)) };
});

/** What the cloud says that somebody did with a server as a whole. */
const FATE =
  /^(?:(?:the )?(?:(?:DB|cache|Redis|Valkey|Memcached) (?:instance|cluster|node)|replication group)\b[^.:;]{0,60}?\b(?:shut ?down|deleted|created|cloned|restored|restarted|stopped|started|rebooted)\b(?! (?:because|due|after|by|failed))|Restored from\b|Recovery of the DB (?:instance|cluster)\b)/i;

/** What clouds append to the name of a cluster for its members (`-001`, `-instance-1`, `-0001-002`). */
const OF_MEMBER = /^-(?:(?:instance|node|member|shard)-?)?\d{1,4}(?:-\d{1,4})?$/;

/** True for the fate of a server that the alert does not name, such as a copy of the one that it is about. */
function isOfAnother({ message, about }: DatabaseEvent, server: string, { alerts }: DetectorInput): boolean {
  if (!about || about === server || server === '' || !FATE.test(message)) return false;
  if (about.startsWith(server) && OF_MEMBER.test(about.slice(server.length))) return false;
  const words = [alertText(alerts), ...alerts.flatMap(({ labels }) => Object.values(labels))].join(' ').toLowerCase();
  return !words.split(/[^\w-]+/).includes(about.toLowerCase());
}

function serverOf(state: DatabaseState, { alerts, facts }: DetectorInput): string {
  const stated = alerts
    .map(({ annotations, labels }) => annotations.db_instance ?? labels.db_instance ?? labels.dbinstanceidentifier)
    .find((name) => name !== undefined);
  return (
    stated ?? state.instance ?? facts.database ?? facts.service ?? facts.host ?? exporterIn(alertText(alerts)) ?? ''
  );
}

/** The host whose exporter an alert names by its address: `@10.0.0.7:9100`. */
const exporterIn = (text: string): string | undefined =>
  /(?:^|[\s@=(])(\d{1,3}(?:\.\d{1,3}){3}):9\d{3}\b/.exec(text)?.[1];

/** The stories with the cause first; all of them are kept, whatever explains what. */
export function inOrder(stories: Story[]): Story[] {
  const ranked = stories.toSorted((left, right) => right.score - left.score);
  const cause = ranked.find(
    (story) =>
      !ranked.some(
        (other) =>
          other !== story &&
          other.score >= 0.6 &&
          other.score >= story.score - 0.15 &&
          EFFECTS[other.kind].includes(story.kind),
      ),
  );
  // Two troubles may drive each other (connections and memory): then the surest one is told first.
  const top = cause ?? ranked[0];
  if (!top) return [];
  const others = ranked.filter((story) => story !== top);
  return [
    withOthers(top, others),
    ...others.map((story) =>
      EFFECTS[top.kind].includes(story.kind) ? { ...story, score: Math.min(story.score, top.score - 0.2) } : story,
    ),
  ];
}

/** The cause, a second one that stands for itself, and the effects, as far as there is room. */
function withOthers(top: Story, others: Story[]): Story {
  const second = others.find((story) => story.score >= INDEPENDENT && !EFFECTS[top.kind].includes(story.kind));
  const effects = others
    .filter((story) => EFFECTS[top.kind].includes(story.kind) && story.score >= 0.4)
    .map(({ brief }) => brief)
    .filter((brief) => !top.text.includes(brief));
  const parts = [
    second ? `Independently, ${second.brief}` : null,
    effects.length > 0 ? `As an effect, ${effects.slice(0, 3).join('; ')}` : null,
  ];
  let text = top.text;
  for (const part of parts) if (part && text.length + part.length + 2 <= MAX_STATEMENT) text = `${text}. ${part}`;
  return { ...top, text, evidence: [...new Set([...top.evidence, ...others.flatMap(({ evidence }) => evidence)])] };
}
