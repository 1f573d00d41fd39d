import { configuredFor } from '../configured-calls.ts';
import type { KubernetesState } from '../kubernetes-state.ts';
import { nameBook, namedAsClient } from '../mentions.ts';
import { sameNamespace } from '../relations.ts';
import { FAILURE_KINDS, LEVEL_WORDS } from './failure-words.ts';
import { messageOf, messagesOf } from './message-of.ts';
import type { Said } from './pod-log.ts';
import { isStore } from './store-of.ts';

type Voice = { said: Said; owner: string };

/** Of each log so many lines, from its end. */
const MOST_LINES = 400;
const MOST_LINE = 1500;
/** Fewer letters and words than these two programs may say by chance. */
const LEAST = { letters: 15, words: 3 } as const;

/**
 * Whose words a program only repeats: its decisive line holds, behind words of its own, the whole message of an error in another program's
 * log, or names the client of a program that tells of an error itself. Null where the line stands for itself.
 */
export function repeatedFrom(state: KubernetesState, voice: Voice, voices: readonly Voice[]): string | null {
  const { said, owner } = voice;
  const others = voices.filter(
    (other) =>
      other.owner !== owner &&
      other.owner !== '' &&
      // What a store refuses is often what its client asked.
      !isStore(other.owner) &&
      !other.said.line.past &&
      sameNamespace(other.said.log.namespace, said.log.namespace),
  );
  const told = [said.line.text, said.line.also ?? ''].map((line) => messageOf(line.slice(0, MOST_LINE)));
  const used = configuredFor(state, owner, said.log.namespace);
  const first = others.find((other) => {
    const least = used.has(other.owner) ? 0 : 1;
    return complaintsOf(other).some((message) => told.some((line) => line.indexOf(message) >= least));
  });
  if (first) return first.owner;
  const clients = namedAsClient(`${said.line.text} ${said.line.also ?? ''}`, nameBook(state));
  return others.find((other) => clients.includes(other.owner) && other.said.line.level >= 0.6)?.owner ?? null;
}

/** The messages of the errors in a log that nobody else would word so: what libraries say, any two programs may say. */
function complaintsOf({ said }: Voice): string[] {
  const lines = said.log.lines.slice(-MOST_LINES).map((line) => line.slice(0, MOST_LINE));
  const errors = lines.filter((line) => LEVEL_WORDS.some(({ pattern, weight }) => weight >= 0.6 && pattern.test(line)));
  return [...new Set(errors.flatMap(messagesOf))].filter(
    (message) =>
      message.length >= LEAST.letters &&
      message.split(/\s+/).length >= LEAST.words &&
      !FAILURE_KINDS.some(({ pattern, holds }) => pattern.test(message) && (holds?.(message) ?? true)),
  );
}
