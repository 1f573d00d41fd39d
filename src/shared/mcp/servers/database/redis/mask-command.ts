const MAX_KEY = 60;

/** Commands whose first word behind them is a command as well. */
const CONTAINERS = new Set(
  'ACL CLIENT CLUSTER COMMAND CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SLOWLOG XGROUP XINFO'.split(
    ' ',
  ),
);
/** Commands whose arguments begin with no key, or are nobody's business. */
const KEYLESS = new Set(
  'AUTH HELLO EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO INFO PING ECHO SELECT SWAPDB FLUSHALL FLUSHDB REPLICAOF SLAVEOF SAVE BGSAVE BGREWRITEAOF SHUTDOWN MIGRATE PSYNC SYNC WAIT MULTI EXEC SUBSCRIBE PSUBSCRIBE PUBLISH MONITOR SCAN'.split(
    ' ',
  ),
);

/** A command of the slow log without its values: its name, the shape of its key, and how many arguments it had. */
export function maskCommand(args: readonly string[]): string {
  const [command = '', ...rest] = args;
  const name = wordOf(command);
  const [first] = rest;
  const sub = CONTAINERS.has(name) && first !== undefined ? ` ${wordOf(first)}` : '';
  const key = sub === '' && first !== undefined && !KEYLESS.has(name) ? ` ${keyShape(first)}` : '';
  const count = restCount(rest);
  return `${name}${sub}${key} (${count} argument${count === 1 ? '' : 's'})`;
}

const wordOf = (word: string): string => (/^[A-Za-z][\w.]{0,30}$/.test(word) ? word.toUpperCase() : '?');

/** Redis leaves arguments out of long commands and tells how many. */
function restCount(rest: readonly string[]): number {
  const more = Number(/^\.\.\. \((\d+) more arguments\)$/.exec(rest.at(-1) ?? '')?.[1] ?? Number.NaN);
  return Number.isNaN(more) ? rest.length : rest.length - 1 + more;
}

/** What a key begins with; the rest of it often names people or holds tokens. */
export function keyShape(key: string): string {
  const [, head = '', separator = ''] = /^([^:./|]*)([:./|]?)/.exec(key) ?? [];
  const words = /^\{?[A-Za-z][A-Za-z_-]{0,40}\}?$/.test(head) ? head : head.replace(/[^*?]+/g, '*');
  return `${words}${separator}${separator === '' || key.length === head.length + 1 ? '' : '*'}`.slice(0, MAX_KEY);
}
