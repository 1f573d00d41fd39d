import { mongoTool, redisTool, sqlTool } from './check-database-tool.ts';
import { checkKubectl } from './check-kubectl.ts';
import { cloudTool, curlTool, ncTool, opensslTool } from './check-network-tool.ts';
import { byVerb, type CommandCheck, forbidden, READ, type ToolCheck, write } from './command-check.ts';
import { hasLines } from './one-line.ts';
import { type Segment, shellSegments } from './shell-segments.ts';

const MAX_LENGTH = 1000;

/** Tools that only read whatever their arguments are (redirection to files is checked apart). */
const READERS = new Set(
  'dig nslookup host ping ping6 traceroute tracepath mtr ss netstat getent grep egrep zgrep head tail cat less wc sort uniq cut jq awk journalctl dmesg free df du uptime top ps lsof vmstat iostat pidstat date echo printf true column tr sleep watch pg_isready stern logcli promtool nproc ip'.split(
    ' ',
  ),
);

/** Options by which tools that only look change something after all. */
const CHANGING: Partial<Record<string, RegExp>> = {
  date: /^(?:-s|--set)/,
  sort: /^(?:-o|--output)/,
  dmesg: /^(?:-[a-zA-Z]*[cCDE]|--(?:clear|console))/,
  ss: /^(?:-[a-zA-Z]*K|--kill)/,
};

/** Variables that may stand before a command; any other could make a program run another one. */
const VARIABLES =
  /^(?:PG(?:HOST|PORT|USER|DATABASE|PASSWORD|SSLMODE|CONNECT_TIMEOUT)|MYSQL_PWD|NAMESPACE|TZ|LANG|LC_ALL)=/;

/** Tools whose arguments decide. */
const JUDGED: Record<string, ToolCheck> = {
  kubectl: checkKubectl((words) => checkWords(words)),
  oc: checkKubectl((words) => checkWords(words)),
  openssl: opensslTool,
  nc: ncTool,
  helm: byVerb(['list', 'ls', 'status', 'history', 'get', 'show', 'search', 'version', 'env'], ['uninstall', 'delete']),
  istioctl: byVerb(['analyze', 'proxy-status', 'ps', 'proxy-config', 'pc', 'version', 'describe', 'x'], ['uninstall']),
  docker: byVerb(
    ['ps', 'logs', 'inspect', 'stats', 'top', 'images', 'events', 'version', 'info'],
    ['rm', 'rmi', 'system', 'volume', 'kill'],
  ),
  crictl: byVerb(['ps', 'pods', 'logs', 'inspect', 'inspectp', 'stats', 'images', 'info'], ['rm', 'rmp', 'rmi']),
  systemctl: byVerb(
    ['status', 'show', 'list-units', 'is-active', 'is-failed', 'cat'],
    ['poweroff', 'reboot', 'halt', 'mask'],
  ),
  certbot: byVerb(['certificates'], ['delete', 'revoke']),
  cmctl: byVerb(['status', 'check', 'inspect', 'version'], []),
  keytool: (words) => (words.some((word) => /^-(?:list|printcert)$/.test(word)) ? READ : write('Changes a key store.')),
  psql: sqlTool,
  mysql: sqlTool,
  mongosh: mongoTool,
  'redis-cli': redisTool,
  curl: curlTool,
  aws: cloudTool,
  gcloud: cloudTool,
  az: cloudTool,
};

/**
 * Judges a command that a report wants to show. Only one line, only tools of the allow-list, no substitution, no shell as the end of a
 * pipe, no destruction; what merely changes something is allowed with a risk. The command is never run by us.
 */
export function checkCommand(command: string): CommandCheck {
  if (command.trim() === '' || command.length > MAX_LENGTH) return forbidden('it is empty or too long');
  if (hasLines(command.trim())) return forbidden('it is more than one line');
  if (UNSEEN.test(command)) return forbidden('it holds characters that nobody sees');
  const segments = shellSegments(plainPlaceholders(command));
  if (!segments || segments.length === 0) return forbidden('it uses command substitution or unbalanced quotes');
  return worstOf(segments.map((segment, index) => checkSegment(segment, segments[index - 1])));
}

/** Controls, what is invisible, and separators that a shell or a screen may take for others than a space. */
const UNSEEN = /[^\P{C}\n\r\t]|[\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;
const PLACEHOLDER = /(?<=^|[\s=/"':,])<([A-Za-z][\w.-]{0,40}(?: [\w.-]{1,40}){0,4})>(?=$|[\s"'/:,.])/g;

/** Placeholders such as `<pod-name>` as `POD_NAME`, so that what surrounds them can be judged: as they stand they would be redirections. */
function plainPlaceholders(command: string): string {
  return command.replace(PLACEHOLDER, (_match, name: string) => name.toUpperCase().replace(/[^A-Z0-9]+/g, '_'));
}

/** Tools that carry what they read to another machine, and what may be piped into them. */
const SENDERS = /^(?:nc|curl)$/;
const HARMLESS_SOURCES = /^(?:echo|printf|true)$/;

const WEIGHT = { read: 0, write: 1, forbidden: 2 } as const;

function worstOf(checks: CommandCheck[]): CommandCheck {
  return checks.reduce((worst, check) => (WEIGHT[check.effect] > WEIGHT[worst.effect] ? check : worst), READ);
}

function checkSegment({ words, redirects, piped }: Segment, before: Segment | undefined): CommandCheck {
  if (redirects.some((target) => !/^(?:\/dev\/null|&[12-])$/.test(target)))
    return forbidden('it writes to or reads from a file');
  const assigned = words.findIndex((word) => !/^[A-Za-z_][A-Za-z0-9_]{0,100}=/.test(word));
  if (words.slice(0, Math.max(0, assigned)).some((word) => !VARIABLES.test(word)))
    return forbidden('it sets a variable that may change what a program does');
  if (piped && SENDERS.test(words[assigned] ?? '') && !HARMLESS_SOURCES.test(before?.words[0] ?? ''))
    return forbidden('it sends the output of a command away');
  return assigned === -1 ? forbidden('it names no tool') : checkWords(words.slice(assigned));
}

function checkWords([tool = '', ...rest]: string[]): CommandCheck {
  if (Object.hasOwn(JUDGED, tool)) return JUDGED[tool]?.(rest) ?? READ;
  if (tool === 'watch') return checkWords(rest.filter((word) => !word.startsWith('-') && !/^\d+$/.test(word)));
  if (!READERS.has(tool)) return forbidden(`${tool.slice(0, 40)} is not among the tools that a report may show`);
  if (rest.some((word) => /^--(?:vacuum|rotate|in-place|clear)/.test(word)))
    return write('Changes or removes local files.');
  if (tool === 'awk' && /system\s*\(|[|>]|getline/.test(rest.join(' ')))
    return forbidden('it runs further commands or writes files from awk');
  const changing = CHANGING[tool];
  if (changing && rest.some((word) => changing.test(word))) return write('Changes something on the machine.');
  if (tool === 'ip' && rest.includes('exec')) return forbidden('it runs a further program');
  if (tool === 'ip' && rest.some((word) => /^(?:add|del|delete|set|flush|replace)$/.test(word)))
    return write('Changes the network of the machine.');
  return READ;
}
