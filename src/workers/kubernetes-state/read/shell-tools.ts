import { NO_COMMAND } from './kubectl-command.ts';
import { readLogs } from './read-logs.ts';
import type { Reading } from './reading.ts';

/** Clients of stores, and tools that look at links, names and nodes. */
const TOOL =
  /^(?:sudo\s+)?(?:PGPASSWORD=\S+\s+)?(?:\S{0,80}\/)?(?:redis-cli|valkey-cli|psql|mysql|mariadb|mongosh?|cqlsh|nodetool|etcdctl|rabbitmqctl|rabbitmq-(?:diagnostics|queues)|rabbitmqadmin|kafka-[a-z-]+(?:\.sh)?|kcat|kafkacat|rpk|clickhouse(?:-client)?|curl|wget|dig|nslookup|host|ping|traceroute|mtr|nc|tc|ip|ss|nstat|netstat|dmesg|journalctl|crictl)\b/;
/** A command that runs elsewhere: `ssh HOST …`, `docker exec NAME …`. */
const ELSEWHERE =
  /^(?:sudo\s+)?(?:ssh\s+(?:-\S+\s+){0,4}(?:\w+@)?([\w.-]+)|docker exec\s+(?:-\S+\s+){0,4}([\w.-]+))\s+(.+)$/s;

/** What a tool printed that somebody ran without kubectl, as words of the host it was asked about; null for other commands. */
export function readTool(command: string, text: string): Reading | null {
  const [, host, container, inner] = ELSEWHERE.exec(command.slice(0, 1000)) ?? [];
  const run = inner ?? command;
  if (!TOOL.test(run)) return null;
  const asked =
    /(?:\s-h\s?|--host[= ])([a-z0-9][\w.-]*)/i.exec(run)?.[1] ??
    /:\/\/(?:[^@/\s]{0,100}@)?([a-z][\w.-]*)/i.exec(run)?.[1] ??
    null;
  const name = host ?? container ?? asked?.split('.')[0] ?? null;
  const reading = readLogs({ ...NO_COMMAND, verb: 'exec', inside: run, kinds: ['Service'], name }, text);
  return reading.logs.length > 0 ? reading : null;
}
