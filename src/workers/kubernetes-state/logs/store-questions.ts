import type { Action } from '../../../shared/report.ts';
import { isKubernetesName } from '../../detectors/support/names.ts';
import { shellCommand } from '../../detectors/support/shell.ts';
import type { Pod } from '../kubernetes-state.ts';
import { workloadName } from '../relations.ts';

const psql = (statement: string): string[] => ['psql', '-U', 'postgres', '-c', statement];
const mysql = (statement: string): string[] => ['mysql', '-e', statement];
const mongo = (expression: string): string[] => ['mongosh', '--quiet', '--eval', expression];
const redis = (...words: string[]): string[] => ['redis-cli', ...words];

type Questions = Partial<Record<string, string[]>>;

/** What to ask a store about a failure, by its product and the kind of failure; all of it only reads. */
const QUESTIONS: readonly { is: RegExp; ask: Questions }[] = [
  {
    is: /postgres|timescale|(?:^|[-/])pg(?:[-:]|$)/i,
    ask: {
      'read-only-database': psql(
        "select pg_is_in_recovery(), current_setting('default_transaction_read_only') as read_only",
      ),
      'connection-limit': psql(
        'select application_name, client_addr, state, count(*) from pg_stat_activity group by 1, 2, 3 order by 4 desc',
      ),
      lock: psql(
        "select pid, pg_blocking_pids(pid), state, wait_event, left(query, 80) from pg_stat_activity where state <> 'idle'",
      ),
      credentials: psql('select rolname, rolcanlogin, rolvaliduntil from pg_roles'),
      'user-missing': psql('select rolname, rolcanlogin from pg_roles'),
      'store-rights': psql('select grantee, table_name, privilege_type from information_schema.role_table_grants'),
      'password-expired': psql('select rolname, rolcanlogin, rolvaliduntil from pg_roles'),
    },
  },
  {
    is: /mysql|mariadb|percona/i,
    ask: {
      'read-only-database': mysql("show global variables like '%read_only%'"),
      'connection-limit': mysql('show full processlist'),
      lock: mysql('select * from sys.innodb_lock_waits'),
      credentials: mysql('select user, host, account_locked, password_expired from mysql.user'),
      'user-missing': mysql('select user, host from mysql.user'),
      'password-expired': mysql('select user, host, account_locked, password_expired from mysql.user'),
    },
  },
  {
    is: /mongo/i,
    ask: {
      'read-only-database': mongo('db.hello()'),
      'connection-limit': mongo('db.serverStatus().connections'),
      lock: mongo('db.currentOp({ waitingForLock: true })'),
      credentials: mongo('db.getUsers()'),
      'user-missing': mongo('db.getUsers()'),
      'store-rights': mongo('db.getUsers()'),
    },
  },
  {
    is: /redis|valkey|keydb/i,
    ask: {
      'read-only-database': redis('info', 'replication'),
      'connection-limit': redis('info', 'clients'),
      'store-memory': redis('info', 'memory'),
    },
  },
];

/** A question to the store in a pod, for somebody with the right to run commands there; none where its product is unknown. */
export function questionsTo(pod: Pod | null, kind: string): Action[] {
  if (!pod || !isKubernetesName(pod.name) || !pod.namespace || !isKubernetesName(pod.namespace)) return [];
  const words = [workloadName(pod), ...pod.template.containers.map(({ image }) => image ?? '')];
  const asked = QUESTIONS.find(({ is }) => words.some((word) => is.test(word)))?.ask[kind];
  if (!asked) return [];
  return [
    {
      title: `Ask ${workloadName(pod)} itself`,
      command: shellCommand('kubectl', 'exec', pod.name, '--namespace', pod.namespace, '--', ...asked),
      risk: 'Runs a command inside a running container.',
    },
  ];
}
