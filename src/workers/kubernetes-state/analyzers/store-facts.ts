import { logAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { STORE_ANSWERS, type StoreAnswer } from '../logs/store-answers.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** What a database (or the proxy before it) said about itself when it was asked: redis-cli, psql, mysql, mongosh inside its pod. */
export const storeFacts: Analyzer = ({ state }) =>
  state.logs
    .filter(({ command }) => command)
    .flatMap((log) => STORE_ANSWERS.flatMap((answer) => told(log, answer)).slice(0, 1));

function told(log: LogText, { kind, shows, meaning, confidence }: StoreAnswer): Diagnosis[] {
  const text = log.lines
    .slice(0, 400)
    .map((line) => line.slice(0, 400))
    .join('\n');
  const shown = shows(text);
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
