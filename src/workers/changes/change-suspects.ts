import type { AlertClass } from '../../shared/alert.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import type { Suspect } from '../localisation/suspect.ts';
import { evidenceOfChange, type JudgedChange } from './change-fit.ts';
import { type ChangeVerdict, suspectChange } from './suspect-change.ts';

/** Reasons that lie where they are told of, whoever suffers first. */
const PLACED: ReadonlySet<string> = new Set(['storage', 'numbers', 'held']);

/**
 * The services in trouble, the one where it began first, with what the changes add: the class of the change or circumstance that
 * is to blame, and its reason. None where no changes are known.
 */
export function changeSuspects(input: LocalisationInput): Suspect[] {
  const verdict = suspectChange(input);
  const [first, ...others] = verdict?.picture.failing ?? [];
  if (!verdict || !first) return [];
  const { culprit, operational } = verdict;
  const blamed = [
    ...(culprit?.place.by ? [culprit.place.by] : []),
    ...(culprit?.live.services ?? []),
    ...(operational && PLACED.has(operational.kind) ? [operational.service] : []),
  ].find((service) => service === culprit?.place.by || others.some((other) => other.service === service));
  const reason = culprit
    ? `${culprit.live.change.title}: ${culprit.mechanism.why}; ${culprit.time.why}`
    : operational?.statement;
  const cited = culprit ? evidenceOfChange(culprit) : (operational?.evidence ?? []);
  const beginning: Suspect = {
    ...first,
    score: culprit ? Math.max(first.score, EXPLAINED) : first.score,
    class: classOf(verdict) ?? first.class,
    reasons: [...first.reasons.slice(0, 1), ...(reason ? [reason] : []), ...first.reasons.slice(1)],
    evidence: [...new Set([...cited, ...first.evidence])].sort((left, right) => left - right),
  };
  const isFirst = culprit?.live.services.includes(first.service) || operational?.service === first.service;
  if (blamed === undefined || isFirst) return [beginning, ...others];
  // The change runs in another service only, or the full disk is that one's: there the trouble began, and the first is its victim.
  const origin = others.find(({ service }) => service === blamed) ?? unnoticed(blamed, culprit, first);
  const rest = others.filter((other) => other !== origin);
  return [
    {
      ...beginning,
      service: origin.service,
      instance: origin.instance,
      onset: origin.onset,
      reasons: [...origin.reasons.slice(0, 1), ...beginning.reasons.slice(origin.reasons.length > 0 ? 1 : 0)],
      evidence: [...new Set([...beginning.evidence, ...origin.evidence])].sort((left, right) => left - right),
    },
    first,
    ...rest,
  ].map((suspect, index, all) => ({ ...suspect, score: all.length - index }));
}

/** Who is in no trouble itself, and whose doing others feel. */
const unnoticed = (service: string, culprit: JudgedChange | null, { onset }: Suspect): Suspect => ({
  service,
  instance: null,
  score: 0,
  onset,
  class: null,
  reasons: culprit ? [culprit.place.why] : [],
  evidence: culprit?.place.evidence ?? [],
});

/** However faintly a place stands out: where a change fits in time, place and mechanism, the trouble is there. */
const EXPLAINED = 0.25;

const DATABASE =
  /\b(?:select|insert into|update \w+ set|sql\w*|quer(?:y|ies)\w*|schema|migration|postgres\w*|mysql|mongo\w*|redis|elasticsearch|opensearch|shard\w*|index mapping|database|transaction|deadlock|fdb|foundationdb|dynamodb|cassandra)\b/i;

/** A change whose lines and whose damage both speak of a database is one of the database's. */
function classOf({ culprit, operational, picture }: ChangeVerdict): AlertClass | null {
  if (operational) return operational.class;
  if (!culprit) return null;
  if (culprit.mechanism.class) return culprit.mechanism.class;
  const damage = picture.problems.some(
    ({ body, attributes }) =>
      DATABASE.test(body) ||
      attributes['db.statement'] !== undefined ||
      DATABASE.test(attributes['db.query.text'] ?? ''),
  );
  return damage ? 'database' : 'application';
}
