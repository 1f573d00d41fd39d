import { logAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { STORE_ANSWERS, type StoreAnswer } from '../logs/store-answers.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** What a database (or the proxy before it) said about itself when it was asked: redis-cli, psql, mysql, mongosh inside its pod. */
export const storeFacts: Analyzer = ({ state, text }) => {
  const answers = state.logs.filter(({ command }) => command);
  return answers.flatMap((log) => {
    const others = answers.filter((other) => other !== log && writerOf(other) === writerOf(log));
    const around = [...others.map(textOf), text].join('\n');
    return STORE_ANSWERS.flatMap((answer) => told(log, around, answer)).slice(0, 1);
  });
};

const textOf = ({ lines }: LogText): string =>
  lines
    .slice(0, 400)
    .map((line) => line.slice(0, 400))
    .join('\n');

function told(log: LogText, around: string, { kind, shows, meaning, confidence }: StoreAnswer): Diagnosis[] {
  const shown = shows(textOf(log), around);
  const owner = writerOf(log);
  if (!shown) return [];
  return [
    diagnosis({
      kind,
      class: 'database',
      statement: `The database ${name(owner)} ${meaning}: ${quote(shown, 200)}`,
      component: owner,
      namespace: log.namespace,
      touches: [owner, log.pod ?? ''],
      confidence,
      evidence: [log.evidence],
      actions: log.pod ? logAction(log.pod, log.namespace, log.container, false) : [],
    }),
  ];
}
