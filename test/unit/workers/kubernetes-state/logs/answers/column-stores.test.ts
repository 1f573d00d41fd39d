import { expect } from 'chai';
import { diagnose } from '../../../../../../src/workers/kubernetes-state/diagnose.ts';
import { answerRows } from '../../../../../../src/workers/kubernetes-state/logs/answer-rows.ts';
import { inputOf, printed } from '../../conclude-evidence.ts';
import { kindIn } from './told-by.ts';

const HEAD = ['table', 'partition', 'parts'];
const FORMS: Record<string, (count: number) => string> = {
  compact: (count) => `┌─table─┬─partition─┬─parts─┐\n│ hits  │ 2031-04   │ ${count} │\n└───────┴───────────┴───────┘`,
  numbered: (count) =>
    `   ┌─table─┬─partition─┬─parts─┐\n1. │ hits  │ 2031-04   │ ${count} │\n   └───────┴───────────┴───────┘`,
  pretty: (count) =>
    `┏━━━━━━━┳━━━━━━━━━━━┳━━━━━━━┓\n┃ table ┃ partition ┃ parts ┃\n┡━━━━━━━╇━━━━━━━━━━━╇━━━━━━━┩\n│ hits  │ 2031-04   │ ${count} │\n└───────┴───────────┴───────┘`,
  tabs: (count) => `table\tpartition\tparts\nhits\t2031-04\t${count}`,
};

for (const [form, drawn] of Object.entries(FORMS))
  describe(`what ClickHouse prints (${form})`, () => {
    it('is a table, and tells of too many parts', () => {
      expect(answerRows(drawn(12))).to.deep.equal([{ table: 'hits', partition: '2031-04', parts: '12' }]);
      expect(Object.keys(answerRows(drawn(12))[0] ?? {})).to.deep.equal(HEAD);
      expect(kindIn(drawn(2987))).to.equal('many-parts');
      expect(kindIn(drawn(12))).to.equal(null);
    });
  });

describe('what ClickHouse prints without a head', () => {
  const first = (query: string, rows: string) =>
    diagnose(
      inputOf('inserts into clicks-db fail', [
        printed(`kubectl exec -n bi clicks-db-0 -- clickhouse-client --query "${query}"`, rows),
      ]),
    ).diagnoses[0];

  it('has the columns of its statement', () => {
    const asked = 'SELECT database, table, is_readonly FROM system.replicas';
    expect(first(asked, 'bi\tclicks\t1\nbi\tvisits\t0\n')?.kind).to.equal('read-only-store');
    expect(first(asked, 'bi\tclicks\t0\n')).to.equal(undefined);
    expect(first(`${asked} FORMAT TSV`, 'bi\tclicks\t1\n')?.kind).to.equal('read-only-store');
  });
});

describe('what column stores answer', () => {
  it('is a mutation that fails, and none that is done', () => {
    const mutation = (done: number, reason: string) =>
      `table\tcommand\tis_done\tlatest_fail_reason\nhits\tDELETE WHERE day < 3\t${done}\t${reason}`;
    expect(kindIn(mutation(0, 'Code: 341. Cannot parse'))).to.equal('failing-mutation');
    expect(kindIn(mutation(1, 'Code: 341. Cannot parse'))).to.equal(null);
    expect(kindIn(mutation(0, ''))).to.equal(null);
  });

  it('is a stage of Cassandra at which work waits', () => {
    const stages = (pending: number, flushes = 0) =>
      `Pool Name                 Active   Pending      Completed   Blocked  All time blocked\nMutationStage                 32      ${pending}       91223311         0                 0\nMemtableFlushWriter            2        ${flushes}           8122         0                 0\n\nMessage type           Dropped\nMUTATION                  4120\n`;
    expect(kindIn(stages(2400))).to.equal('pending-stage');
    expect(kindIn(stages(0, 9))).to.equal('pending-stage');
    expect(kindIn(stages(3))).to.equal(null);
    expect(kindIn('pending tasks: 812\n- trips.events: 812\n')).to.equal('pending-compactions');
    expect(kindIn('pending tasks: 4\n')).to.equal(null);
  });
});
