import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { plannedWork } from '../../../../../src/workers/detectors/support/planned-work.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, minute, said } from './courses-fixture.ts';

type Line = [index: number, body: string, service?: string, severity?: string];

/** Piles up at once and is worked off within a quarter of an hour. */
const DRAINS = [...Array.from({ length: 15 }, (_, index) => 30_000 - 2000 * index), 3];
/** Who works, its store, and those who answer people meanwhile. */
const AROUND = [
  course(2, 'cpu_utilization', 0.06, [...Array.from({ length: 15 }, () => 0.8), 0.06], 'payout'),
  course(3, 'cpu_utilization', 0.1, [...Array.from({ length: 15 }, () => 0.4), 0.1], 'payout-db'),
  course(4, 'jobs_failed_per_sec', 0, [], 'payout'),
  course(5, 'http_server_p95_ms', 80, [], 'desk'),
  course(6, 'http_5xx_ratio', 0.001, [], 'desk'),
];
const BEGUN: Line = [69, 'Scheduler: Sending due task sellers-payout (sellers.tasks.pay_all)', 'beat'];
const ENDED: Line = [85, 'sellers.pay_all: paid=30112 failed=0 done in 960 s', 'payout'];

const proofOf = (evidence: Evidence[]) =>
  plannedWork(
    input('payout has a deep queue', evidence, {
      service: 'payout',
      labels: { metric: 'queue_depth' },
      startsAt: new Date(minute(76)).toISOString(),
    }),
  );
const proof = (lines: Line[], depth: number[] = DRAINS, more: Evidence[] = AROUND) =>
  proofOf([course(1, 'queue_depth', 3, depth, 'payout'), ...more, said(...lines)]);
const depthsOf = (depths: Evidence[]) => proofOf([...depths, ...AROUND, said(BEGUN, ENDED)]);

describe('work that a scheduler hands on', () => {
  it('is no fault where it is worked off, ends well, and nobody else feels it', () => {
    expect(proof([BEGUN, ENDED])?.statement).to.include('planned work went on (sellers.tasks.pay_all)');
  });

  it('is known by the words of the usual schedulers', () => {
    const pairs: [Line, Line][] = [
      [
        [70, 'enqueueing SellersPayoutJob (sellers_payout)', 'sidekiq-cron'],
        [85, 'class=SellersPayoutJob jid=4f1 elapsed=958.1 INFO: done', 'payout'],
      ],
      [
        [70, 'Calling execute on job payouts.sellersPayout', 'quartz'],
        [85, 'Job payouts.sellersPayout completed', 'payout'],
      ],
      [
        [70, 'Created <DagRun sellers_payout @ 2026-01-01 02:00:00: scheduled__x, queued>', 'airflow-scheduler'],
        [85, 'Marking run <DagRun sellers_payout @ 2026-01-01 02:00:00> successful', 'payout'],
      ],
      [
        [70, '(app) CMD (/opt/bin/sellers-payout.sh)', 'CROND'],
        [85, 'sellers-payout: 30112 paid, finished', 'payout'],
      ],
      [
        [70, "Recurring job 'sellers-payout' triggered", 'hangfire'],
        [85, "Job 'sellers-payout' succeeded in 958 s", 'payout'],
      ],
      [
        [70, 'Oban.Plugins.Cron inserted Sellers.PayoutWorker', 'payout-cron'],
        [85, 'job:stop Sellers.PayoutWorker duration=958s', 'payout'],
      ],
    ];
    for (const [begun, ended] of pairs) expect(proof([begun, ended]), begun[1]).not.to.equal(null);
  });

  it('is not shown where it does not drain, fails, is late or takes far longer than before', () => {
    expect(proof([BEGUN, ENDED], [30_000, 29_000, 31_000])).to.equal(null);
    const failed: Line = [80, 'sellers.pay_all: chunk 12 failed, bank answered 500', 'payout'];
    expect(proof([BEGUN, failed, ENDED])).to.equal(null);
    expect(proof([BEGUN, [84, 'sellers.pay_all missed its cut-off of 03:10', 'payout'], ENDED])).to.equal(null);
    expect(proof([BEGUN, [70, 'sellers.pay_all: 30112 sellers, last run in 310 s', 'payout'], ENDED])).to.equal(null);
    expect(proof([BEGUN])).to.equal(null);
  });

  it('is not shown where others wait or are slower, or it loses what it works at', () => {
    const without = (number: number) => AROUND.filter((one) => one.number !== number);
    expect(proof([BEGUN, ENDED], DRAINS, [...AROUND, course(7, 'queue_depth', 3, [900], 'mail')])).to.equal(null);
    const slow = course(5, 'http_server_p95_ms', 80, [900, 900, 900, 900, 80], 'desk');
    expect(proof([BEGUN, ENDED], DRAINS, [...without(5), slow])).to.equal(null);
    const dead = course(7, 'dead_letters_total', 0, [0, 4, 9, 14], 'payout');
    expect(proof([BEGUN, ENDED], DRAINS, [...AROUND, dead])).to.equal(null);
    const overdue = course(7, 'payouts_overdue', 0, [400, 400, 400, 0], 'payout');
    expect(proof([BEGUN, ENDED], DRAINS, [...AROUND, overdue])).to.equal(null);
    expect(proof([BEGUN, ENDED], DRAINS, without(6))).to.equal(null);
  });

  it('is not shown where another queue of the same workers fills up behind it', () => {
    const queue = (number: number, name: string, later: number[]) => {
      const own = course(number, 'queue_depth', 3, later, 'payout');
      const [one] = (own.data as { series: object[] }).series;
      const series = [{ ...one, labels: { 'service.name': 'payout', queue: name } }];
      return { ...own, data: { ...(own.data as object), series } };
    };
    const [payouts, mails] = [queue(1, 'payouts', DRAINS), queue(7, 'mails', DRAINS)];
    expect(depthsOf([payouts, queue(7, 'mails', [])])).not.to.equal(null);
    expect(depthsOf([payouts, mails])).to.equal(null);
  });

  it('is another one where what is handed on has nothing to do with it, or comes all the time', () => {
    const other: Line = [69, 'Scheduler: Sending due task carts-expire (carts.tasks.expire)', 'beat'];
    expect(proof([other, ENDED])).to.equal(null);
    const before = [54, 59, 64].map((index): Line => [index, BEGUN[1], 'beat']);
    expect(proof([...before, BEGUN, ENDED])).to.equal(null);
  });
});
