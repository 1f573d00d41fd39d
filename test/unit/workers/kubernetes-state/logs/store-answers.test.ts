import { expect } from 'chai';
import { STORE_ANSWERS } from '../../../../../src/workers/kubernetes-state/logs/store-answers.ts';

const told = (text: string): string | null => STORE_ANSWERS.find(({ shows }) => shows(text, '') !== null)?.kind ?? null;

const POOLS =
  ' database | user | cl_active | cl_waiting | sv_active | sv_idle | maxwait\n----------+------+-----------+------------+-----------+---------+---------\n';
const BACKENDS = 'hostgroup\tsrv_host\tstatus\tConnUsed\tConnFree\tConnERR\n';
const SESSIONS = ' state | count \n-------+-------\n';

/** What shows the trouble, and what the same command answers on a quiet day. */
const ANSWERS: Record<string, [ill: string, well: string]> = {
  'pool-waiting': [`${POOLS} app | app | 20 | 187 | 20 | 0 | 119\n`, `${POOLS} app | app | 3 | 0 | 3 | 17 | 0\n`],
  'backend-connections-full': [`${BACKENDS}10\tdb-0\tONLINE\t50\t0\t2210\n`, `${BACKENDS}10\tdb-0\tONLINE\t4\t46\t0\n`],
  'backend-away': [`${BACKENDS}10\tdb-0\tSHUNNED\t0\t0\t0\n`, `${BACKENDS}10\tdb-0\tONLINE\t4\t46\t0\n`],
  'replication-stopped': [
    'Replica_IO_Running: Yes\nReplica_SQL_Running: No\nLast_SQL_Error: Duplicate entry',
    'Replica_IO_Running: Yes\nReplica_SQL_Running: Yes\nSeconds_Behind_Source: 0',
  ],
  'replica-late': ['Replica_SQL_Running: Yes\nSeconds_Behind_Source: 911', 'Seconds_Behind_Source: 2'],
  'metadata-lock': [
    'Id\tState\tInfo\n711\tWaiting for table metadata lock\tALTER TABLE seat ADD COLUMN deck INT\n',
    'Id\tState\tInfo\n711\texecuting\tSELECT 1\n',
  ],
  'no-primary': [
    "[ 'db-0:27017 SECONDARY 1', 'db-1:27017 (not reachable/healthy) 0' ]",
    "[ 'db-0:27017 PRIMARY 1', 'db-1:27017 SECONDARY 1' ]",
  ],
  'store-memory-full': [
    'used_memory_human:1.49G\nmaxmemory_human:1.50G\nmaxmemory_policy:noeviction',
    'used_memory_human:404.91M\nmaxmemory_human:1.50G\nmaxmemory_policy:noeviction',
  ],
  'store-persistence': ['rdb_last_bgsave_status:err', 'rdb_last_bgsave_status:ok\naof_last_write_status:ok'],
  'sessions-blocked': [
    ' pid | locktype | granted\n-----+----------+---------\n 4410 | tuple | f\n',
    ' pid | locktype | granted\n-----+----------+---------\n 4410 | tuple | t\n',
  ],
  'lock-chain': [
    ' blocked_pid | blocking_pid | blocking_query\n-------------+--------------+---------------\n 4410 | 3902 | UPDATE slot\n',
    ' blocked_pid | blocking_pid | blocking_query\n-------------+--------------+---------------\n(0 rows)\n',
  ],
  'idle-slot': [
    ' slot_name | active | wal_status\n-----------+--------+-----------\n cdc | f | extended\n',
    ' slot_name | active | wal_status\n-----------+--------+-----------\n cdc | t | reserved\n',
  ],
  'idle-sessions': [`${SESSIONS} idle | 180\n active | 9\n`, `${SESSIONS} idle | 12\n active | 9\n`],
  'big-key': ['Biggest hash found "cart:all" has 4410220 fields', 'Biggest hash found "cart:1" has 12 fields'],
  'short-oplog': ["log length start to end: '410 secs (0.11hrs)'", "log length start to end: '912000 secs (253hrs)'"],
};

describe('what stores answer about themselves', () => {
  for (const [kind, [ill, well]] of Object.entries(ANSWERS))
    it(`tells ${kind}, and nothing on a quiet day`, () => {
      expect(told(ill)).to.equal(kind);
      expect(told(well)).to.equal(null);
    });
});
