import { quote } from '../../kubernetes-state/quote.ts';
import type { PrintedAnswer } from '../printed/printed-answers.ts';
import type { StoryTeller } from '../story.ts';
import { isFelt, noActions } from './story-parts.ts';

/** A command this long stops everybody else of a store with one thread, µs. */
export const LONG_US = 100_000;
/** One entry of `SLOWLOG GET`: its number, when, how long, and the words of the command. */
const ENTRY =
  /\d+\) 1\) \(integer\) \d+\s+2\) \(integer\) \d+\s+3\) \(integer\) (\d+)\s+4\) 1\) "([A-Za-z.]{2,30})"(?:\s+2\) "([^"\n]{0,80})")?/g;

export type SlowEntry = { took: string; verb: string; key: string | undefined; answer: PrintedAnswer };

/** The entries of a slow log as `SLOWLOG GET` prints them; `took` in µs. */
export const slowLogIn = (answer: PrintedAnswer): SlowEntry[] =>
  [...answer.text.matchAll(ENTRY)].map(([, took = '', verb = '', key]) => ({ took, verb, key, answer }));

/** A Redis whose one thread is busy with long commands while all others wait. */
export const slowStoreCommands: StoryTeller = ({ printed }, { server, text }) => {
  if (!isFelt(text)) return null;
  const entries = printed.answers
    .filter(({ command }) => /slowlog/i.test(command))
    .flatMap(slowLogIn)
    // Somebody who watches the store is not its load.
    .filter(({ took, verb }) => Number(took) >= LONG_US && !/^(?:CONFIG|INFO|SLOWLOG|BGSAVE|PSYNC)$/i.test(verb));
  const [longest] = entries.toSorted((left, right) => Number(right.took) - Number(left.took));
  if (!longest) return null;
  const where = longest.answer.server || server;
  return {
    kind: 'query',
    score: 0.86,
    server: where,
    text: `Slow commands block the one thread of the store ${where} (Redis): ${quote([longest.verb, longest.key].filter(Boolean).join(' '), 110)} took ${longest.took} microseconds (slow log)${entries.length > 1 ? ', and not only once' : ''}`,
    brief: 'slow commands block the store',
    evidence: [longest.answer.evidence],
    actions: noActions,
  };
};
