import type { Calm } from './calm.ts';
import type { PrintedState } from './printed/printed-state.ts';
import { LONG_US, slowLogIn } from './stories/slow-commands.ts';

const NO_SPIKES = /no latency spike was observed/i;

/** A Redis that has seen no spike of latency since it started; null where nobody asked. */
export function withoutSpikes({ answers }: PrintedState): Calm | null {
  const asked = answers.filter(({ text }) => NO_SPIKES.test(text));
  const [first] = asked;
  if (!first) return null;
  return {
    statement: `no failure: ${first.server || 'the store'} itself has observed no latency spike`,
    evidence: asked.map(({ evidence }) => evidence),
  };
}

/** A slow log with nothing but short commands, which is what it is for; null where one is long or nobody asked. */
export function slowLogIsShort({ answers }: PrintedState): Calm | null {
  const asked = answers.filter(({ command }) => /slowlog get/i.test(command));
  const entries = asked.flatMap((answer) => slowLogIn(answer));
  const [longest] = entries.toSorted((left, right) => Number(right.took) - Number(left.took));
  if (!longest || Number(longest.took) >= LONG_US / 2) return null;
  return {
    statement: `no failure: the commands in the slow log of ${longest.answer.server || 'the store'} are short ones (at most ${longest.took} microseconds), which hold up nobody`,
    evidence: asked.map(({ evidence }) => evidence),
  };
}
