import type { LogText } from '../kubernetes-state.ts';

/** An address that a program listens on, and the line that says so; `host` is null where only a port is told. */
export type Listener = { host: string | null; port: string; line: string };

/** How servers of many languages say where they listen. */
const LISTENS =
  /\b(?:listening|running|serving|started|available|accepting connections)\b[^\n]{0,40}?(?:\bon\b|\bat\b|:)[^\n]{0,40}?(?:(?<host>localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\*)?:|\bport(?:\(s\)|s)?(?: number)?[ =:]+)(?<port>\d{2,5})\b/i;
/** The addresses that only the same machine or pod reaches. */
export const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;
const MOST_LINES = 400;

/** Where programs say in the beginning of their logs that they listen. */
export function listenersIn(logs: LogText[]): Listener[] {
  return logs
    .filter(({ command }) => !command)
    .flatMap(({ lines }) => lines.slice(0, MOST_LINES))
    .flatMap((line) => {
      const found = LISTENS.exec(line.slice(0, 400))?.groups;
      return found?.port ? [{ host: found.host ?? null, port: found.port, line }] : [];
    });
}
