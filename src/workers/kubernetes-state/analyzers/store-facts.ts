import { unheadedRows } from '../../database-state/printed/unheaded-rows.ts';
import { oncePer } from '../../detectors/support/once-per.ts';
import { logAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import type { StoreAnswer } from '../logs/store-answer.ts';
import { STORE_ANSWERS } from '../logs/store-answers.ts';
import { REFUSES_CLIENTS } from '../logs/store-refusals.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** What a database (or the proxy before it) said about itself when it was asked: redis-cli, psql, mysql, mongosh inside its pod. */
export const storeFacts: Analyzer = ({ state, text }) => {
  const answers = state.logs.filter(({ command }) => command);
  const refused = state.logs.flatMap(({ command, lines }) =>
    command ? [] : lines.slice(-MAX_LINES).filter((line) => REFUSES_CLIENTS.test(line.slice(0, 1500))),
  );
  return answers.flatMap((log) => {
    const others = answers.filter((other) => other !== log && writerOf(other) === writerOf(log));
    const around = [...others.map(textOf), ...refused.slice(-3), text].join('\n');
    return STORE_ANSWERS.flatMap((answer) => told(log, around, answer)).slice(0, 1);
  });
};

/** Lists of operations are long, and an answer in JSON is one line. */
const [MAX_LINES, MAX_LINE, MAX_TEXT] = [2000, 20_000, 100_000];

/** What was answered, with a head above rows that were printed without one. */
const textOf = oncePer(({ lines, command }: LogText): string => {
  const text = lines
    .slice(0, MAX_LINES)
    .map((line) => line.slice(0, MAX_LINE))
    .join('\n')
    .slice(0, MAX_TEXT);
  const [table] = /\bclickhouse\b/.test(command ?? '') ? (unheadedRows(command ?? '', text) ?? []) : [];
  return table ? `${table.columns.join('\t')}\n${text}` : text;
});

function told(log: LogText, around: string, answer: StoreAnswer): Diagnosis[] {
  const { kind, shows, meaning, confidence, of = 'database', depth = DEPTH.root } = answer;
  const shown = shows(textOf(log), around);
  const owner = writerOf(log);
  if (!shown) return [];
  return [
    diagnosis({
      kind,
      class: 'database',
      statement: `The ${[of, name(owner)].filter(Boolean).join(' ')} ${meaning}: ${quote(shown, 200)}`,
      component: owner,
      namespace: log.namespace,
      touches: [owner, log.pod ?? ''],
      confidence,
      depth,
      evidence: [log.evidence],
      actions: log.pod ? logAction(log.pod, log.namespace, log.container, false) : [],
    }),
  ];
}
