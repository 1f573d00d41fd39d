import {
  answerIsInItsThread,
  deathIsTold,
  noAnswerWithoutAlert,
  oneAnswerPerRun,
  outboxAgreesWithSlack,
} from './answer-rules.ts';
import {
  booksBalance,
  diesOnlyOfTheFault,
  endsInTime,
  everyAlertEnds,
  finalStatesStay,
  liveJobsAreOpenRows,
} from './ending-rules.ts';
import { acknowledgedIsStored, deliveryIsStoredOnce, sameAlertIsOneIncident, storedWasSent } from './intake-rules.ts';
import { limitsHold } from './limit-rules.ts';
import type { Observed, Rule } from './observed.ts';
import {
  connectionsStayBounded,
  keysStayBounded,
  memoryStaysBounded,
  readinessTellsTheTruth,
  rowsStayBounded,
} from './resource-rules.ts';

/** The rules by what they say; each is an invariant of the design, worked out. */
export const RULES = {
  'acknowledged implies stored': acknowledgedIsStored,
  'a delivery is stored once at most': deliveryIsStoredOnce,
  'what is stored was sent': storedWasSent,
  'the same alert is one incident': sameAlertIsOneIncident,
  'every alert ends in a final state': everyAlertEnds,
  'and in time': endsInTime,
  'nothing dies but of the fault': diesOnlyOfTheFault,
  'final states never change': finalStatesStay,
  'accepted = final + open': booksBalance,
  'live jobs = open rows': liveJobsAreOpenRows,
  'one visible answer per run': oneAnswerPerRun,
  'a death is told in the thread': deathIsTold,
  'the answer is in the right thread': answerIsInItsThread,
  'no answer without an accepted alert': noAnswerWithoutAlert,
  'the outbox agrees with Slack': outboxAgreesWithSlack,
  'limits hold under faults': limitsHold,
  'readiness tells the truth': readinessTellsTheTruth,
  'memory stays bounded': memoryStaysBounded,
  'connections stay bounded': connectionsStayBounded,
  'keys stay bounded': keysStayBounded,
  'rows stay bounded': rowsStayBounded,
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

/** A rule that does not hold, with what was found. */
export type Violation = { rule: string; found: string[] };

/** Decides every rule; an empty list means that all hold. */
export function check(observed: Observed): Violation[] {
  return Object.entries(RULES)
    .map(([rule, find]: [string, Rule]) => ({ rule, found: find(observed) }))
    .filter(({ found }) => found.length > 0);
}
