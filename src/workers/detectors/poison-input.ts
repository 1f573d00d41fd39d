import type { Action, Finding } from '../../shared/report.ts';
import type { Detector } from './detector.ts';
import { type RepeatedInput, repeatedInput } from './support/repeated-input.ts';
import { oneLine, unique } from './support/text.ts';

const MAX_NAMES = 2;
/** Two more deaths than the least are as good as sure. */
const [CLEAR, CLEAR_CONFIDENCE, CONFIDENCE] = [5, 0.8, 0.7];

/** Finds the one piece of work after which a program dies or fails every time, while it works off the others. */
export const poisonInput: Detector = (input) => {
  const found = repeatedInput(input);
  return found ? [toFinding(found)] : [];
};

function toFinding(found: RepeatedInput): Finding {
  const { service, dies, takenUp, ends } = found;
  const [first, last] = [takenUp[0]!, ends.at(-1)!];
  const called = calledBy(found);
  return {
    detector: 'poison-input',
    class: 'application',
    statement: statementOf(found, called),
    component: service,
    confidence: ends.length >= CLEAR ? CLEAR_CONFIDENCE : CONFIDENCE,
    cause: true,
    evidence: unique([...takenUp, ...ends].map(({ number }) => number)).sort((one, other) => one - other),
    timeline: [
      {
        at: new Date(first.at).toISOString(),
        what: `${service} takes up ${called} for the first time`,
        evidence: [first.number],
      },
      {
        at: new Date(last.at).toISOString(),
        what: `${service} ${dies ? 'dies' : 'fails'} of it once more: ${oneLine(last.body, 120)}`,
        evidence: [last.number],
      },
    ],
    actions: actionsFor(called),
    prevention: [
      'Limit how often a piece of work is delivered, and put it into a dead letter queue after that.',
      'Refuse input beyond a size, dimension or depth before it is read as a whole, and give each job a limit of memory and time of its own.',
    ],
    metrics: [],
  };
}

const calledBy = ({ names }: RepeatedInput): string =>
  names
    .slice(0, MAX_NAMES)
    .map(({ kind, value }) => `${kind} ${oneLine(value, 80)}`)
    .join(', ');

function statementOf({ service, dies, returns, takenUp }: RepeatedInput, called: string): string {
  const does = dies ? 'dies' : 'fails';
  const consequence = returns
    ? `It is redelivered, and whoever takes it up next ${does} as well; what waits behind it waits longer`
    : `It is taken up again, and ${service} ${does} again; what waits behind it waits longer`;
  return `${service} ${does} again and again, each time right after it took up the same input (${called}), while others pass: "${oneLine(takenUp.at(-1)!.body, 120)}". ${consequence}`;
}

const actionsFor = (called: string): Action[] => [
  {
    title: `Set ${called} aside (dead letter queue or quarantine), so that the others are worked off`,
    command: null,
    risk: 'It is not worked on until somebody repairs it or the program.',
  },
  { title: `Look at ${called} by itself: its size, dimensions, format and encoding`, command: null, risk: null },
];
