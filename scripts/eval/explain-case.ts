import type { Evidence } from '../../src/shared/report.ts';
import { alertText } from '../../src/workers/alert-facts.ts';
import { judgeChanges } from '../../src/workers/changes/change-fit.ts';
import { incidentPicture } from '../../src/workers/changes/incident-picture.ts';
import { liveChanges } from '../../src/workers/changes/live-changes.ts';
import { operationalCause } from '../../src/workers/changes/operational-cause.ts';
import { suspectChange } from '../../src/workers/changes/suspect-change.ts';
import type { DetectorInput } from '../../src/workers/detectors/detector.ts';
import { CLEAN_CHECKS, checksFor } from '../../src/workers/detectors/support/clean-evidence.ts';
import { RECORDED_CASES } from '../../test/fixtures/recorded-cases/index.ts';
import { analysisOf, judge, seenOf } from '../../test/fixtures/recorded-cases/judge.ts';
import type { RecordedCase } from '../../test/fixtures/recorded-cases/recorded-case.ts';

/**
 * Tells how the analysis came to what it says of recorded cases: what the detectors found and how sure they are, what speaks for health,
 * how every change fits, what is concluded, and what a person would say instead.
 * Usage: `node scripts/bootstrap.mjs scripts/eval/explain-case.ts [--evidence] ID...`; `ID` is the beginning of a case's name, `--evidence`
 * prints what was seen as well.
 */
const EVIDENCE = process.argv.includes('--evidence');
const WANTED = process.argv.slice(2).filter((word) => !word.startsWith('--'));

const cases = RECORDED_CASES.filter(({ id }) => WANTED.some((begin) => id.startsWith(begin)));
if (cases.length === 0) {
  console.error(`no recorded case begins with: ${WANTED.join(', ') || '(name one or more)'}`);
  process.exitCode = 1;
}
for (const one of cases) explain(one);

function explain(recorded: RecordedCase): void {
  const seen = seenOf(recorded);
  const { findings, report, struck } = analysisOf(recorded);
  say(`\n=== ${recorded.id}: ${recorded.alert}`, recorded.description ?? '');
  const words = recorded.says.map((group) => group.join('|')).join(' & ');
  say(
    `a person says: ${[recorded.class, ...(recorded.alsoOk ?? [])].join(' or ')}`,
    recorded.component.join(' or '),
    words,
  );
  if (EVIDENCE) for (const one of seen.evidence) say(`--- [${one.number}] ${toldIn(one)}`);
  say('--- findings');
  for (const { detector, class: is, confidence, cause, component, statement, evidence } of findings)
    say(
      `${confidence.toFixed(2)} ${cause ? 'cause' : 'symptom'} ${is} ${detector} ${component}`,
      `${statement} [${evidence}]`,
    );
  explainChecks(seen);
  explainChanges(seen, recorded.culprit);
  const { statement, component, confidence } = report.rootCause;
  say(`--- report: ${report.verdict} ${report.class} ${confidence} ${component}`, statement);
  for (const one of report.hypotheses) say(`${one.confidence.toFixed(2)} ${one.standing}`, one.statement);
  for (const one of struck) say('struck', one);
  const judged = judge(recorded);
  const right = { stated: judged.stated, named: judged.named, class: judged.class, commit: judged.culprit !== false };
  const wrong = Object.entries(right).flatMap(([what, is]) => (is ? [] : [what]));
  say('--- wrong or missing', wrong.join(', ') || 'nothing');
}

/** What somebody at a terminal would see of a piece of evidence. */
function toldIn({ capability, data, text }: Evidence): string {
  if (capability !== 'command.output') return `${capability}\n${text}`;
  const { command, output } = data as { command: string; output: string };
  return `${command}\n${output}`;
}

/** Which evidence would show what the alert tells of, and what it shows. */
function explainChecks(seen: DetectorInput): void {
  say('--- would show it');
  for (const name of checksFor(alertText(seen.alerts), seen))
    say(name, CLEAN_CHECKS[name as keyof typeof CLEAN_CHECKS].proof(seen)?.statement ?? 'does not show the opposite');
}

function explainChanges(seen: DetectorInput, truth: string | undefined): void {
  const changes = liveChanges(seen.evidence);
  if (changes.length === 0) return;
  const picture = incidentPicture(seen);
  const reason = operationalCause(picture);
  const suspected = suspectChange(seen)?.culprit?.live.id;
  const failing = picture.failing.map(({ service }) => service).join(', ');
  say(`--- changes: trouble since ${new Date(picture.onset).toISOString()}`, failing);
  if (reason) say('needs no change', reason.statement);
  const judged = judgeChanges(changes, picture, reason).sort((left, right) => right.score - left.score);
  for (const { live, score, ...fits } of judged) {
    const marks = `${live.id === suspected ? 'suspected ' : ''}${live.id === truth ? 'true ' : ''}`;
    say(`${score.toFixed(2)} ${marks}${live.id.slice(0, 10)}`, live.change.title);
    for (const name of ['time', 'place', 'mechanism'] as const)
      say(`     ${name} ${fits[name].score.toFixed(2)}`, fits[name].why);
  }
}

function say(...parts: string[]): void {
  console.log(parts.filter((part) => part !== '').join(': '));
}
