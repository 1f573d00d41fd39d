import type { Evidence } from '../../../shared/report.ts';
import { workloadOf } from '../../detectors/support/names.ts';
import { oncePer } from '../../detectors/support/once-per.ts';
import { formOf } from '../../kubernetes-state/build-state.ts';
import { type AnswerTable, answerTables } from '../../kubernetes-state/logs/answer-rows.ts';
import { parseKubectl } from '../../kubernetes-state/read/kubectl-command.ts';
import { plainText, printedCommands } from '../../kubernetes-state/read/terminal-text.ts';
import { unheadedRows } from './unheaded-rows.ts';

/** What a database server answered when somebody asked it with its own client; `server` is empty where the command does not name it. */
export type PrintedAnswer = {
  server: string;
  command: string;
  text: string;
  tables: AnswerTable[];
  evidence: number;
};

const MAX_TEXT = 200_000;
const MAX_COMMAND = 2000;

/** The clients of database servers as somebody calls them: in a shell, over ssh, inside a container, after a password. */
const CLIENT =
  /(?:^|[\s/"';&|(])(?:psql|mysql|mariadb|redis-cli|valkey-cli|keydb-cli)(?=\s|$)(?![^\n]{0,20}\.(?:log|err)\b)/;

/** The answers of database servers that were printed as text, in their order. */
export const printedAnswers = oncePer((evidence: Evidence[]): PrintedAnswer[] =>
  formOf(evidence, 'command.output').flatMap(({ number, data }) =>
    printedCommands(data.command, plainText(data.output.slice(0, MAX_TEXT)))
      .filter(({ command }) => CLIENT.test(command.slice(0, MAX_COMMAND)))
      .map(({ command, output }) => ({
        server: serverIn(command.slice(0, MAX_COMMAND)),
        command,
        text: output,
        tables: unheadedRows(command.slice(0, MAX_COMMAND), output) ?? answerTables(output),
        evidence: number,
      })),
  ),
);

/** True where most of what was printed came from database servers. */
export function looksAtDatabases(evidence: Evidence[]): boolean {
  const answered = new Set(printedAnswers(evidence).map((answer) => answer.evidence));
  return answered.size > 0 && 2 * answered.size >= evidence.length;
}

/** The server that a command asks: the pod, the host of its flags, or the machine that it runs on. */
function serverIn(command: string): string {
  const kubectl = parseKubectl(command);
  if (kubectl?.verb === 'exec' && kubectl.name)
    return kubectl.kinds[0] === 'Pod' ? workloadOf(kubectl.name) : kubectl.name;
  const asked =
    /(?:\s-h\s?|--host[= ]|\bhost=)"?([a-z0-9][\w.-]*)/i.exec(command)?.[1] ??
    /(?:postgres(?:ql)?|mysql|rediss?):\/\/(?:[^@/\s]{0,100}@)?([a-z0-9][\w.-]*)/i.exec(command)?.[1] ??
    /\bssh\s+(?:-\S+\s+){0,4}(?:\w+@)?([\w.-]+)/.exec(command)?.[1] ??
    /\b(?:docker|podman)\s+exec\s+(?:-\S+\s+){0,4}([\w.-]+)/.exec(command)?.[1] ??
    '';
  if (/^(?:localhost|127\.0\.0\.1|\d+)$/.test(asked)) return '';
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(asked) ? asked : (asked.split('.')[0] ?? '');
}

/** An interval as PostgreSQL prints it (`2 days 03:04:05.6`, `00:10:00`) or a number of seconds; NaN where it is none, s. */
export function intervalSeconds(text: string | undefined): number {
  const found =
    /^(-)?(?:(\d+) years? ?)?(?:(\d+) mons? ?)?(?:(\d+) days? ?)?(?:(\d+):(\d{2}):(\d{2}(?:\.\d+)?))?$/.exec(
      text?.trim() ?? '',
    );
  if (!text?.trim()) return Number.NaN;
  if (!found) return /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  const [, , years, months, days, hours, minutes, seconds] = found.map((part) => Number(part ?? 0));
  return (
    ((years ?? 0) * 365 + (months ?? 0) * 30 + (days ?? 0)) * 86_400 +
    (hours ?? 0) * 3600 +
    (minutes ?? 0) * 60 +
    (seconds ?? 0)
  );
}
