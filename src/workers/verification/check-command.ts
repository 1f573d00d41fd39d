import { shellSegments } from './shell-segments.ts';

/** `read` only looks, `write` changes something or shows secrets and gets a stated risk, `forbidden` is not shown at all. */
export type CommandCheck =
  | { effect: 'read' }
  | { effect: 'write'; risk: string }
  | { effect: 'forbidden'; reason: string };

const READ: CommandCheck = { effect: 'read' };
const write = (risk: string): CommandCheck => ({ effect: 'write', risk });
const forbidden = (reason: string): CommandCheck => ({ effect: 'forbidden', reason });

const MAX_LENGTH = 1000;

/** Tools that only read whatever their arguments are (redirection to files is checked apart). */
const READERS = new Set(
  'openssl dig nslookup host ping ping6 traceroute tracepath mtr nc ss netstat getent grep egrep zgrep head tail cat less wc sort uniq cut jq awk journalctl dmesg free df du uptime top ps lsof vmstat iostat pidstat date echo printf true column tr sleep watch pg_isready stern logcli promtool nproc ip'.split(
    ' ',
  ),
);

/** Tools whose arguments decide. */
const JUDGED: Record<string, (words: string[]) => CommandCheck> = {
  kubectl: kubectl,
  oc: kubectl,
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
 * Judges a command that a report wants to show. Only tools of the allow-list, no substitution, no shell as the end of a
 * pipe, no destruction; what merely changes something is allowed with a risk. The command is never run by us.
 */
export function checkCommand(command: string): CommandCheck {
  if (command.trim() === '' || command.length > MAX_LENGTH) return forbidden('it is empty or too long');
  if (/[^\P{Cc}\n\r\t]/u.test(command)) return forbidden('it holds control characters');
  // Placeholders such as <pod-name> are for people to fill in; they are no redirection.
  const segments = shellSegments(command.replace(/<([A-Za-z][\w .-]{0,60})>/g, 'PLACEHOLDER'));
  if (!segments || segments.length === 0) return forbidden('it uses command substitution or unbalanced quotes');
  return worstOf(segments.map(checkSegment));
}

const WEIGHT = { read: 0, write: 1, forbidden: 2 } as const;

function worstOf(checks: CommandCheck[]): CommandCheck {
  return checks.reduce((worst, check) => (WEIGHT[check.effect] > WEIGHT[worst.effect] ? check : worst), READ);
}

function checkSegment({ words, redirects }: { words: string[]; redirects: string[] }): CommandCheck {
  if (redirects.some((target) => !/^(?:\/dev\/null|&[12-])$/.test(target)))
    return forbidden('it writes to or reads from a file');
  const assigned = words.findIndex((word) => !/^[A-Z_][A-Z0-9_]{0,40}=/.test(word));
  return assigned === -1 ? forbidden('it names no tool') : checkWords(words.slice(assigned));
}

function checkWords([tool = '', ...rest]: string[]): CommandCheck {
  if (Object.hasOwn(JUDGED, tool)) return JUDGED[tool]?.(rest) ?? READ;
  if (tool === 'watch') return checkWords(rest.filter((word) => !word.startsWith('-') && !/^\d+$/.test(word)));
  if (!READERS.has(tool)) return forbidden(`${tool.slice(0, 40)} is not among the tools that a report may show`);
  if (rest.some((word) => /^--(?:vacuum|rotate|in-place|clear)/.test(word)))
    return write('Changes or removes local files.');
  if (tool === 'awk' && /system\s*\(|\|/.test(rest.join(' '))) return forbidden('it runs further commands from awk');
  if (tool === 'nc' && rest.some((word) => /^-\w*[elc]/.test(word)))
    return forbidden('it opens a listener or runs a program');
  if (tool === 'ip' && rest.some((word) => /^(?:add|del|delete|set|flush|replace)$/.test(word)))
    return write('Changes the network of the machine.');
  return READ;
}

function verbs(words: string[]): string[] {
  const plain: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (
      /^(?:-n|--namespace|--context|--kubeconfig|-l|--selector|-o|--output|-c|--container|--tail|--since)$/.test(word)
    )
      index++;
    else if (!word.startsWith('-')) plain.push(word);
  }
  return plain;
}

function byVerb(reads: string[], destroys: string[]): (words: string[]) => CommandCheck {
  return (words) => {
    const [verb = ''] = verbs(words);
    if (destroys.includes(verb)) return forbidden(`"${verb}" destroys`);
    return reads.includes(verb) ? READ : write('Changes the running system.');
  };
}

const KUBECTL_READS = new Set(
  'get describe logs top explain version api-resources api-versions cluster-info events diff wait port-forward options'.split(
    ' ',
  ),
);
const PRECIOUS =
  /^(?:ns|namespaces?|nodes?|no|pv|persistentvolumes?|pvc|persistentvolumeclaims?|crds?|customresourcedefinitions?|all|secrets?|statefulsets?|sts)(?:\/|,|$)/;

function kubectl(words: string[]): CommandCheck {
  const inner = words.indexOf('--');
  const own = inner === -1 ? words : words.slice(0, inner);
  const [verb = '', second = '', ...others] = verbs(own);
  if (verb === 'exec' || verb === 'debug') return insideContainer(inner === -1 ? [] : words.slice(inner + 1));
  if (verb === 'delete') return deletion([second, ...others], own);
  if (verb === 'rollout')
    return ['status', 'history'].includes(second) ? READ : write('Restarts or changes the pods of the workload.');
  if (verb === 'auth') return READ;
  if (verb === 'config')
    return ['view', 'get-contexts', 'current-context'].includes(second)
      ? READ
      : write('Changes the local kubectl configuration.');
  if (verb === 'drain') return write('Evicts every pod of the node.');
  if (verb === 'get' && /^secrets?(?:\/|,|$)/.test(second) && own.some((word) => /^(?:-o|--output)/.test(word)))
    return write('Shows secret values on the screen.');
  return KUBECTL_READS.has(verb) ? READ : write('Changes objects of the cluster.');
}

function deletion(targets: string[], words: string[]): CommandCheck {
  if (targets.some((target) => PRECIOUS.test(target))) return forbidden('it deletes what cannot be brought back');
  if (words.some((word) => /^(?:--all(?:=true)?|-A|--all-namespaces|--force(?:=true)?|-f|--filename.*)$/.test(word)))
    return forbidden('it deletes without naming what');
  return write('Deletes objects of the cluster; controllers may or may not bring them back.');
}

function insideContainer(words: string[]): CommandCheck {
  if (words.length === 0) return write('Opens a shell in a running container.');
  const check = checkWords(words);
  return check.effect === 'read' ? write('Runs a command inside a running container.') : check;
}

const SQL_DESTROYS =
  /\b(?:drop\s+(?:table|database|schema|role|user|index|view|owned|column)|truncate\b|delete\s+from|alter\s+system|shutdown|copy\s+[^;]{0,200}\bprogram\b|drop\s+column)|\\!|\bxp_cmdshell\b|pg_read_file|pg_ls_dir|lo_import|lo_export|into\s+outfile/i;
const SQL_WRITES =
  /\b(?:insert|update|alter|create|grant|revoke|vacuum|reindex|cluster|set\s+global|kill|lock\s+table|pg_terminate_backend|pg_cancel_backend|pg_reload_conf|call|do|merge|analyze|copy|refresh)\b/i;

function sqlTool(words: string[]): CommandCheck {
  const text = words.join(' ');
  if (SQL_DESTROYS.test(text)) return forbidden('its SQL destroys data or leaves the database');
  if (words.some((word) => /^(?:-f|--file)/.test(word))) return forbidden('it runs SQL that the report does not show');
  if (/\bexplain\s*\(?[^;]{0,60}analyze/i.test(text)) return write('Really runs the statement to measure it.');
  return SQL_WRITES.test(text) ? write('Changes the database or its sessions.') : READ;
}

function mongoTool(words: string[]): CommandCheck {
  const text = words.join(' ');
  if (/drop(?:Database|Index|User|Role)?\s*\(|\.(?:deleteMany|remove)\s*\(|shutdownServer|dropAll/i.test(text))
    return forbidden('it destroys data');
  return /killOp|insert|update|replace|delete|create|\$out|\$merge|setParameter|fsync|compact|eval\(/i.test(text)
    ? write('Changes the database or its sessions.')
    : READ;
}

const REDIS_READS = new Set(
  'info get mget ttl pttl type llen hlen scard zcard exists slowlog client memory dbsize ping latency config role cluster lrange hgetall hget scan'.split(
    ' ',
  ),
);

function redisTool(words: string[]): CommandCheck {
  const text = words.join(' ');
  if (/\b(?:flushall|flushdb|shutdown|debug|config\s+set|eval|script|slaveof|replicaof|failover|swapdb)\b/i.test(text))
    return forbidden('it destroys data or reconfigures the server');
  const verb = words
    .find(
      (word, index) =>
        /^[a-z]{2,12}$/i.test(word) && !/^-(?:h|p|a|n|u|i|r)$|^--(?:user|pass)$/.test(words[index - 1] ?? ''),
    )
    ?.toLowerCase();
  if (verb === undefined || words.some((word) => /^--(?:latency|stat|bigkeys|memkeys)/.test(word))) return READ;
  if (/\bclient\s+kill\b/i.test(text)) return write('Closes connections of clients.');
  return REDIS_READS.has(verb) ? READ : write('Changes data in Redis, or blocks it for a while.');
}

function curlTool(words: string[]): CommandCheck {
  const text = words.join(' ');
  if (/file:\/\/|169\.254\.169\.254|metadata\.google/i.test(text))
    return forbidden('it reads local files or cloud credentials');
  const sends = words.some((word) => /^(?:-X|--request|-d|--data.*|-F|--form.*|-T|--upload-file|--json)/.test(word));
  const stores =
    words.some((word) => /^(?:-O|--remote-name|--output)$/.test(word)) || /\s-o\s+(?!\/dev\/null)/.test(` ${text} `);
  if (
    words.some((word) => /^(?:-K|--config)/.test(word)) ||
    /@\S*\//.test(words.filter((word) => word.startsWith('@')).join(' '))
  )
    return forbidden('it sends a local file');
  return sends || stores ? write('Sends data to a server or stores its answer.') : READ;
}

function cloudTool(words: string[]): CommandCheck {
  const text = words.join(' ');
  if (
    /\b(?:delete|terminate|remove|purge|destroy|rm|rb|deregister|detach|reset)\b|(?:delete|terminate|remove|purge)-/i.test(
      text,
    )
  )
    return forbidden('it destroys cloud resources');
  if (/secret|get-parameter|keyvault|print-access-token|get-login/i.test(text))
    return write('May show secret values on the screen.');
  return /\b(?:describe|list|get|show|view|read|filter|lookup|head|ls)\b|(?:describe|list|get|filter|lookup|show)-/i.test(
    text,
  )
    ? READ
    : write('Changes cloud resources.');
}
