import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { concluded } from '../kubernetes-state/conclude-evidence.ts';

const START = Date.parse('2031-04-02T10:00:00Z');
const at = (minute: number) => START + minute * 60_000;
const fall = Array.from({ length: 40 }, (_, minute) => (minute < 10 ? 1 : Math.max(0, 1 - (minute - 10) / 15)));
const step = (from: number, to: number) => Array.from({ length: 40 }, (_, minute) => (minute < 25 ? from : to));

const series = (metric: string, values: number[], labels: Record<string, string>): Recorded => ({
  capability: 'metrics.query',
  query: { metric },
  data: {
    metric,
    series: [{ labels, unit: null, points: values.map((value, minute) => [at(minute), value]) }],
    hasMore: false,
    warning: null,
  },
});
const logs = (...rows: [number, string][]): Recorded => ({
  capability: 'logs.query',
  query: {},
  data: {
    rows: rows.map(([minute, body]) => ({
      at: new Date(at(minute)).toISOString(),
      severity: 'INFO',
      service: 'mysql-ledger',
      body,
      attributes: {},
    })),
    hasMore: false,
    warning: null,
  },
});
const host = { instance: 'mysql-ledger' };
const told = (...recorded: Recorded[]) =>
  concluded(makeAlert({ title: 'Statements of ledger are slow', service: 'ledger' }), recorded, 'database').report;

describe('burst credits among the telemetry', () => {
  const balance = series('disk_burst_credit_balance_ratio', fall, host);
  const queue = series('node_disk_io_queue', step(0.6, 44), host);

  it('are named with what waits for them and what spent them', () => {
    const { rootCause, ...report } = told(
      balance,
      queue,
      series('node_disk_reads_per_second', step(2400, 600).with(0, 400).with(1, 400).with(2, 400), host),
      logs(
        [22, 'duration: 184000.5 ms statement: SELECT * FROM postings INTO OUTFILE'],
        [35, 'duration: 301000.1 ms statement: SELECT 1 FROM account'],
      ),
    );
    expect(report.class).to.equal('resource');
    expect(rootCause?.statement).to.contain('burst credits').and.to.contain('mysql-ledger').and.to.contain('OUTFILE');
  });

  it('are no cause where nothing waits, where they are left, or where they count what was spent', () => {
    const says = (...recorded: Recorded[]) =>
      JSON.stringify([told(...recorded).verdict, told(...recorded).rootCause]).includes('burst credits');
    expect(says(balance, queue)).to.equal(true);
    expect(says(balance, series('node_disk_io_queue', step(0.6, 0.6), host))).to.equal(false);
    expect(says(balance, series('node_disk_io_queue', step(0.6, 44), { instance: 'another' }))).to.equal(false);
    expect(says(series('disk_burst_credit_balance_ratio', step(1, 0.6), host), queue)).to.equal(false);
    expect(says(series('disk_burst_credits_used_balance', fall, host), queue)).to.equal(false);
  });
});
