import { BATCHES } from '../../test/fixtures/recorded-cases/index.ts';
import { type Judged, judge } from '../../test/fixtures/recorded-cases/judge.ts';
import type { RecordedCase } from '../../test/fixtures/recorded-cases/recorded-case.ts';

/**
 * Judges our own recorded cases and prints, by batch and for all of them, how many state their cause, name the component and have the right
 * class, the false alarms, and what is identified and wrong: the figures of docs/analysis.md.
 * Usage: `node scripts/bootstrap.mjs scripts/eval/recorded-cases.ts [--failures] [--leave-out] [BATCH...]`; `--failures` names what cases
 * lack, `BATCH` is the beginning of the names of the batches to judge (all of them). `--leave-out` judges every case again without each of its
 * answers: what cannot be known any more may be left open, but nothing wrong may be said; with `--failures` where it was.
 */
const FAILURES = process.argv.includes('--failures');
const LEAVE_OUT = process.argv.includes('--leave-out');
const WANTED = process.argv.slice(2).filter((word) => !word.startsWith('--'));

type Outcome = Judged & { healthy: boolean };

const outcomeOf = (one: RecordedCase): Outcome => ({ ...judge(one), healthy: one.class === 'healthy' });

function show(name: string, outcomes: Outcome[]): void {
  const count = (is: (one: Outcome) => boolean, among: Outcome[] = outcomes) =>
    `${among.filter(is).length} of ${among.length}`.padEnd(11);
  const healthy = outcomes.filter((one) => one.healthy);
  const faults = outcomes.filter((one) => !one.healthy);
  const figures = [
    `stated ${count(({ stated }) => stated, faults)}`,
    `named ${count(({ named }) => named, faults)}`,
    `class ${count((one) => one.class)}`,
    `false alarms ${count(({ falseAlarm }) => falseAlarm, healthy)}`,
    `identified and wrong ${outcomes.filter(({ confidentWrong }) => confidentWrong).length}`,
    ...(outcomes.some(({ culprit }) => culprit !== null)
      ? [
          `  commit or none ${count(
            ({ culprit }) => culprit === true,
            outcomes.filter(({ culprit }) => culprit !== null),
          )}`,
        ]
      : []),
  ];
  console.log(`${name.padEnd(20)} ${String(outcomes.length).padStart(3)} cases  ${figures.join(' ')}`);
}

function showFailures(outcomes: Outcome[]): void {
  for (const { id, report, ...is } of outcomes) {
    const lacks = [
      ...(is.stated ? [] : [is.healthy ? 'false alarm' : 'not stated']),
      ...(is.named ? [] : ['not named']),
      ...(is.class ? [] : [`class ${report.class}`]),
      ...(is.culprit === false ? ['commit'] : []),
      ...(is.confidentWrong ? ['identified and wrong'] : []),
    ];
    if (lacks.length > 0) console.log(`  ${id}: ${lacks.join(', ')} (${report.verdict})`);
  }
}

/** The case without each of its answers, by what was left out. */
function leftOut(one: RecordedCase): { without: string; recorded: RecordedCase }[] {
  const { outputs, snapshots = [] } = one;
  const rest = (one.telemetry?.length ?? 0) + (one.objects?.length ?? 0);
  if (outputs.length + snapshots.length + rest < 2) return [];
  return [
    ...outputs.map(([without], index) => ({ without, recorded: { ...one, outputs: outputs.toSpliced(index, 1) } })),
    ...snapshots.map(([without], index) => ({
      without,
      recorded: { ...one, snapshots: snapshots.toSpliced(index, 1) },
    })),
  ];
}

function showLeftOut(): void {
  const judged = batches
    .flatMap(([, own]) => own)
    .flatMap((one) => leftOut(one).map(({ without, recorded }) => ({ without, ...outcomeOf(recorded) })));
  const calm = judged.filter(({ healthy }) => healthy);
  const ill = judged.filter(({ healthy }) => !healthy);
  const kinds = {
    'false alarm': calm.filter(({ falseAlarm }) => falseAlarm),
    'identified and wrong': ill.filter(({ class: isRight, report }) => !isRight && report.verdict === 'identified'),
    'called healthy': ill.filter(({ report }) => report.verdict === 'healthy'),
  };
  const [alarms, wrong, asWell] = Object.values(kinds).map(({ length }) => length);
  console.log(
    `an answer left out: false alarms ${alarms} of ${calm.length}, of ${ill.length} faults identified and wrong ${wrong}, called healthy ${asWell}`,
  );
  if (!FAILURES) return;
  for (const [kind, those] of Object.entries(kinds))
    for (const { id, without, report } of those)
      console.log(
        `  ${id} without ${without}: ${kind} (${report.verdict} ${report.rootCause.statement.slice(0, 160)})`,
      );
}

const batches = Object.entries(BATCHES).filter(
  ([name]) => WANTED.length === 0 || WANTED.some((begin) => name.startsWith(begin)),
);
const judged = batches.map(([batch, cases]) => ({ batch, outcomes: cases.map(outcomeOf) }));
for (const { batch, outcomes } of judged) show(batch, outcomes);
const all = judged.flatMap(({ outcomes }) => outcomes);
show('all', all);
if (FAILURES) showFailures(all);
if (LEAVE_OUT) showLeftOut();
