import { type CommandCheck, forbidden, READ, write } from './command-check.ts';

const SQL_DESTROYS =
  /\b(?:drop\s+(?:table|database|schema|role|user|index|view|owned|column)|truncate\b|delete\s+from|alter\s+system|shutdown|copy\s+[^;]{0,200}\bprogram\b|drop\s+column)|\\!|\bxp_cmdshell\b|pg_read_file|pg_ls_dir|lo_import|lo_export|into\s+outfile/i;
const SQL_WRITES =
  /\b(?:insert|update|alter|create|grant|revoke|vacuum|reindex|cluster|set\s+global|kill|lock\s+table|pg_terminate_backend|pg_cancel_backend|pg_reload_conf|call|do|merge|analyze|copy|refresh)\b/i;

/** The options whose values are statements; everything else names the server. */
const STATEMENT = /^(?:-c|-e|--command|--execute|--eval)$/;
const STATEMENT_JOINED = /^(?:--(?:command|execute|eval)=|-[ce](?=.))/;

function statementsOf(words: string[]): string {
  const found = words.flatMap((word, index) => {
    if (STATEMENT.test(words[index - 1] ?? '')) return [word];
    return STATEMENT_JOINED.test(word) ? [word.replace(STATEMENT_JOINED, '')] : [];
  });
  return found.join(';\n');
}

/** Commands of the clients themselves that run programs or touch files. */
const CLIENT_COMMANDS =
  /\\(?:!|g(?:exec|set)?\s*\||o\b|i\b|ir\b|w\b|e\b|ef\b|ev\b|copy\b|setenv\b)|(?:^|;)\s*(?:system|source|tee|pager)\s/i;

/** psql and mysql: what their statements do. */
export function sqlTool(words: string[]): CommandCheck {
  const text = statementsOf(words);
  if (SQL_DESTROYS.test(text) || CLIENT_COMMANDS.test(text))
    return forbidden('its SQL destroys data or leaves the database');
  if (words.some((word) => /^(?:-f|--file)/.test(word))) return forbidden('it runs SQL that the report does not show');
  if (/\bexplain\s*\(?[^;]{0,60}analyze/i.test(text)) return write('Really runs the statement to measure it.');
  return SQL_WRITES.test(text) ? write('Changes the database or its sessions.') : READ;
}

/** mongosh, whose language is JavaScript with all of Node behind it. */
export function mongoTool(words: string[]): CommandCheck {
  const text = words.join(' ');
  if (/require\s*\(|import\s*\(|child_process|\bprocess\b|\bfs\b|\bload\s*\(|Function\s*\(/.test(text))
    return forbidden('it runs more than a question to the database');
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

/** redis-cli: what its command does. */
export function redisTool(words: string[]): CommandCheck {
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
