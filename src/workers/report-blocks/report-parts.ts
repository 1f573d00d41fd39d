import type { EvidenceHead, Hypothesis, Report } from '../../shared/report.ts';
import { actionItem } from './action-item.ts';
import { evidenceItems } from './evidence-items.ts';
import { bulletOf, type Item, itemOf, type Part } from './part.ts';
import { line, lines, run, section, type TextRun } from './slack-blocks.ts';
import { timelineItemOf } from './timeline-item-of.ts';
import { confidenceWords, evidenceMarks, VERDICT_WORDS } from './words.ts';

/** No number of messages shows more entries of one part than that; the others are only counted. */
const MOST_ENTRIES = 200;

/** The parts of an RCA in the order in which they are read. */
export function reportParts(report: Report, evidence: EvidenceHead[]): Part[] {
  const { verdict, immediateActions, timeline, metrics, hypotheses, prevention, couldNotCheck } = report;
  const timelineItem = timelineItemOf(timeline);
  return [
    part(VERDICT_WORDS[verdict].title, [1, 1], { reserved: 1, fair: 1 }, [report], rootCauseItem),
    part('Immediate actions', [1, 2], { reserved: 1, fair: 8 }, immediateActions, actionItem),
    part('Timeline (UTC)', [2, 4], { fair: 10 }, timeline, timelineItem),
    part('Key metrics', [2, 5], { fair: 8 }, metrics, metricItem),
    part('Hypotheses', [3, 6], { fair: 5 }, beyondTheCause(hypotheses, report).toSorted(byStanding), hypothesisItem),
    part('Prevention', [3, 7], { fair: 5 }, prevention, preventionItem),
    part('Could not check', [4, 3], { reserved: 2, fair: 8 }, byReason(couldNotCheck), gapItem),
    part('Evidence', [4, 8], { fair: 10 }, evidenceItems(evidence, report), (item) => item),
  ];
}

function part<T>(
  title: string,
  [group, rank]: [group: number, rank: number],
  { reserved = 0, fair }: { reserved?: number; fair: number },
  entries: T[],
  toItem: (entry: T, index: number) => Item,
): Part {
  const items = entries.slice(0, MOST_ENTRIES).map(toItem);
  return { title, group, rank, reserved, fair, items, total: entries.length };
}

function bullet(...runs: TextRun[]): Item {
  return bulletOf(section(...runs));
}

function rootCauseItem({ rootCause }: Report): Item {
  const marks = evidenceMarks(rootCause.evidence);
  const component = rootCause.component ? ` · component ${line(rootCause.component, 160)}` : '';
  return itemOf(
    section(run(lines(rootCause.statement, 2_000))),
    section(
      run('Confidence: '),
      run(confidenceWords(rootCause.confidence), { bold: true }),
      run(`${component} · ${marks ? `evidence${marks}` : 'no evidence named'}`),
    ),
  );
}

function metricItem({ name, value, evidence }: Report['metrics'][number]): Item {
  return bullet(
    run(`${line(name, 200)}: `),
    run(line(value, 200), { bold: true }),
    ...optionalRun(evidenceMarks(evidence)),
  );
}

const STANDING = {
  supported: 'Supported',
  possible: 'Possible',
  ruled_out: 'Ruled out',
} satisfies Record<Hypothesis['standing'], string>;

/** What the root cause says already is not said again. */
function beyondTheCause(hypotheses: Hypothesis[], { rootCause, verdict }: Report): Hypothesis[] {
  if (verdict === 'inconclusive') return hypotheses;
  const told = rootCause.statement.toLowerCase();
  return hypotheses.filter(({ statement, standing }) => {
    const said = standing === 'ruled_out' ? statement.replace(/^[^:]{1,80}: /, '') : statement;
    return standing === 'possible' || !told.includes(said.toLowerCase());
  });
}

function byStanding(a: Hypothesis, b: Hypothesis): number {
  const order = Object.keys(STANDING);
  return order.indexOf(a.standing) - order.indexOf(b.standing) || b.confidence - a.confidence;
}

function hypothesisItem({ statement, standing, confidence, evidence }: Hypothesis): Item {
  const percent = Math.round(confidence * 100);
  return bullet(
    run(STANDING[standing], { bold: true }),
    run(`${standing === 'ruled_out' ? '' : ` (${percent} %)`}: ${line(statement, 500)}${evidenceMarks(evidence)}`),
  );
}

function preventionItem(text: string): Item {
  return bullet(run(line(text, 500)));
}

type Gap = { what: string[]; why: string };
/** So many things of one reason are named; the API names them all. */
const MOST_NAMED = 5;

/** A source that is away leaves many questions open for one reason: it is said once. */
function byReason(gaps: Report['couldNotCheck']): Gap[] {
  return [...Map.groupBy(gaps, ({ why }) => why)].map(([why, group]) => ({ why, what: group.map(({ what }) => what) }));
}

function gapItem({ what, why }: Gap): Item {
  const named = what.slice(0, MOST_NAMED).map((one) => line(one, 200));
  const more = what.length > MOST_NAMED ? ` and ${what.length - MOST_NAMED} more` : '';
  return bullet(run(line(named.join(', '), 600) + more, { bold: true }), run(`: ${line(why, 400)}`));
}

function optionalRun(text: string): TextRun[] {
  return text ? [run(text)] : [];
}
