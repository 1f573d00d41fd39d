import { expect } from 'chai';
import { incidentPicture } from '../../../../src/workers/changes/incident-picture.ts';
import { operationalCause } from '../../../../src/workers/changes/operational-cause.ts';
import { type Complaint, incident, type Jump } from '../../../fixtures/rca/change-incident.ts';
import { at, evidence } from '../../../support/evidence-fixtures.ts';

/** What programs complain of, and what was said once in between, minutes ago. */
function causeOf(complaints: Complaint[], said: [ago: number, service: string, body: string][], jumps: Jump[] = []) {
  const told = incident({ service: 'depot', metric: 'parcels_failed_ratio', complaints, jumps });
  const rows = said.map(([ago, service, body]) => ({ at: at(ago), severity: 'INFO', service, body, attributes: {} }));
  const logs = evidence(60, 'logs.query', { rows, hasMore: false, warning: null });
  return operationalCause(incidentPicture({ ...told, evidence: [...told.evidence, logs] }));
}

const depot = (body: string): Complaint => ({ service: 'depot', body });
const GAVE_UP = depot('parcel %: ERROR: canceling statement due to lock timeout; while updating relation "parcels"');
const WAITS: Complaint = {
  service: 'depot-pg',
  severity: 'WARN',
  body: 'user=depot app=depot LOG: process 3% still waiting for ShareLock on transaction 771 after 1000.1 ms; DETAIL: Process holding the lock: 7113.',
};
const session = (prefix: string): [number, string, string][] => [
  [11, 'depot-pg', `${prefix} LOG: duration: 812.4 ms statement: UPDATE parcels SET lane = 4`],
];

describe('a session that somebody left open', () => {
  it('is told with its user, its program and its statement, by the prefixes of PostgreSQL', () => {
    for (const prefix of [
      '[7113] user=anna db=depot app=psql',
      '10.0.0.9(5432):anna@depot:[7113]:DBeaver:',
      'pid=7113 user=anna app=pgAdmin',
    ]) {
      const cause = causeOf([GAVE_UP, WAITS], session(prefix));
      expect(cause, prefix).to.include({ kind: 'held', class: 'database', service: 'depot-pg' });
      expect(cause!.statement).to.match(/process 7113 of depot-pg \(user anna, application (?:psql|DBeaver|pgAdmin)\)/);
      expect(cause!.statement).to.include('UPDATE parcels SET lane = 4').and.include('on parcels');
    }
  });

  it('is known to be idle by its lines or by the metrics of its server', () => {
    const jumps = [{ service: 'depot-pg', metric: 'longest_idle_in_transaction_seconds', from: 0.1, to: 600 }];
    const idle = 'is idle in a transaction on parcels that is not committed';
    expect(causeOf([GAVE_UP, WAITS], session('[7113] user=anna app=psql'), jumps)!.statement).to.include(idle);
    const said: [number, string, string][] = [
      [5, 'depot-pg', 'pid 7113 user=anna app=psql idle in transaction for 9 min'],
    ];
    expect(causeOf([GAVE_UP, WAITS], said)!.statement).to.include(idle);
  });

  it('is told in the words of other servers', () => {
    const gaveUp: [string, string][] = [
      [
        "(1205, 'Lock wait timeout exceeded; try restarting transaction') parcel %",
        "blocking_thread=8812 blocking_account=anna@10.2.0.7 program_name='MySQLWorkbench' command=Sleep trx_age=1402",
      ],
      [
        'parcel %: Lock request time out period exceeded.',
        '<blocked-process-report><blocked-process><process spid="93" clientapp="depot" loginname="depot"/></blocked-process><blocking-process><process status="sleeping" spid="8812" trancount="1" clientapp="Microsoft SQL Server Management Studio - Query" loginname="CORP\\anna"><inputbuf>UPDATE Parcels SET Lane = 4</inputbuf></process></blocking-process>',
      ],
      [
        'ORA-30006: resource busy; acquire with WAIT timeout expired, parcel %',
        'enq: TX - row lock contention: session 93 blocked by session 8812 (user=ANNA program=sqlplus@jump1 status=INACTIVE)',
      ],
    ];
    for (const [body, said] of gaveUp) {
      const cause = causeOf([depot(body)], [[4, 'depot-db', said]]);
      expect(cause, body).to.include({ kind: 'held', service: 'depot-db' });
      expect(cause!.statement)
        .to.match(/process 8812 of depot-db \(user (?:CORP\\)?anna/i)
        .and.include('is idle');
    }
  });

  it('may name no program where no program works as its user', () => {
    const idle = (user: string): [number, string, string][] => [
      [5, 'depot-pg', `pid 7113 user=${user} idle in transaction for 9 min`],
    ];
    expect(causeOf([GAVE_UP, WAITS], idle('anna'))!.statement).to.include('(user anna)');
    expect(causeOf([GAVE_UP, WAITS], idle('depot'))).to.equal(null);
  });

  it('is none where a program holds the lock, nobody tells who, or hardly anybody waits', () => {
    expect(causeOf([GAVE_UP, WAITS], session('[7113] user=depot app=depot-import'))).to.equal(null);
    expect(causeOf([GAVE_UP, WAITS], session('[7113] user=flyway app=flyway'))).to.equal(null);
    expect(causeOf([GAVE_UP, WAITS], session('[9001] user=anna app=psql'))).to.equal(null);
    expect(causeOf([GAVE_UP, WAITS], [])).to.equal(null);
    expect(causeOf([depot('parcel % lost')], session('[7113] user=anna app=psql'))).to.equal(null);
  });
});
