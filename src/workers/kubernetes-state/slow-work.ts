import type { KubernetesState } from './kubernetes-state.ts';
import { isWork, longestMs } from './logs/served.ts';
import { waitedSeconds } from './logs/waiting-words.ts';

/** Of this length (ms) nothing is quick. */
const SLOW_MS = 2000;
const ENOUGH_SLOW = 2;

/** True where a program tells at the end of its log of work that takes long: what the alert says is still so. */
export const isSlow = (state: KubernetesState): boolean =>
  state.logs.some((log) => {
    const work = log.command ? [] : log.lines.filter(isWork);
    const spans = work.slice(-Math.max(ENOUGH_SLOW, Math.ceil(work.length / 2))).map((line) => longestMs(line) ?? 0);
    const slow = spans.filter((ms) => ms >= SLOW_MS).length;
    return slow >= Math.max(ENOUGH_SLOW, spans.length / 2);
  });

/** Work that waited so long (s) was not done when it was asked for. */
const LONG_WAIT = 300;
/** So many messages wait for somebody who is behind. */
const BACKLOG = 1000;

/** True where work waits: a program tells so of the latest pieces it began with, or a broker counts them. */
export const workWaits = (state: KubernetesState): boolean =>
  state.logs.some(({ lines, command }) =>
    command
      ? readyMessages(lines).some((ready) => ready >= BACKLOG)
      : lines
          .slice(-2000)
          .flatMap((line) => waitedSeconds(line) ?? [])
          .slice(-3)
          .filter((seconds) => seconds >= LONG_WAIT).length >= ENOUGH_SLOW,
  );

/** The column `messages_ready` (or `messages`) of a table that `rabbitmqctl list_queues` printed. */
function readyMessages(lines: readonly string[]): number[] {
  const head = lines.findIndex((line) => /^\s*(?:vhost|name)\b.{0,200}\bmessages/.test(line.slice(0, 300)));
  if (head === -1) return [];
  const columns = (lines[head] ?? '').trim().split(/\s+/);
  const at = ['messages_ready', 'messages'].map((one) => columns.indexOf(one)).find((index) => index !== -1) ?? -1;
  return lines
    .slice(head + 1, head + 500)
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => cells.length === columns.length && !/dlq|dead|parking/i.test(cells.join(' ')))
    .flatMap((cells) => (/^\d+$/.test(cells[at] ?? '') ? [Number(cells[at])] : []));
}
