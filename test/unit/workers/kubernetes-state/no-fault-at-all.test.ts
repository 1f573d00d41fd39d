import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { concluded, printed } from './conclude-evidence.ts';

const pods = (...rows: string[]) =>
  printed(
    'kubectl get pods -n tickets',
    ['NAME READY STATUS RESTARTS AGE', ...rows]
      .map((row) =>
        row
          .split(' ')
          .map((cell) => cell.padEnd(28))
          .join(''),
      )
      .join('\n'),
  );
const CALM = pods('seats-6d9f7b8c54-8wkzq 1/1 Running 0 33d', 'desk-7f6b8d5c49-vz2hn 1/1 Running 0 33d');
const answered = (title: string, ...recorded: Parameters<typeof concluded>[1]) =>
  concluded(makeAlert({ title, service: 'seats', namespace: 'tickets' }), recorded);
const verdict = (title: string, ...recorded: Parameters<typeof concluded>[1]) =>
  answered(title, ...recorded).report.verdict;

describe('an alert that fires as long as alerting works', () => {
  const meant = 'This alert is always firing: it is meant to ensure that alerting works';

  it('tells that all is well by having come', () => {
    const { report, struck } = answered(`Watchdog: ${meant}`, CALM);
    expect(report.verdict).to.equal('healthy');
    expect(struck).to.deep.equal([]);
    expect(verdict(`DeadMansSwitch: ${meant}`, CALM)).to.equal('healthy');
  });

  it('does not where it is missed, or another alert only says that it always fires', () => {
    expect(verdict('Watchdog: no heartbeat received for 10 minutes, it should be always firing', CALM)).not.to.equal(
      'healthy',
    );
    expect(verdict('SeatsErrors: always firing since noon, 5xx of seats above 20 %', CALM)).not.to.equal('healthy');
  });
});

describe('errors in a log', () => {
  const log = (...lines: string[]) =>
    printed('kubectl logs seats-6d9f7b8c54-8wkzq -n tickets --tail=20', lines.join('\n'));
  const refused = (second: number) =>
    `10:39:${second} [error] cart 51c${second}: cannot add seat A${second}: SoldOut (free 0), answered 409`;
  const served = (second: number) => `10:39:${second} [info] cart 51c${second}: seat added, answered 200 in 4ms`;
  const alert = 'Why are there so many errors in the log of seats?';

  it('are no fault where a shop refuses its customers and goes on', () => {
    const { report, struck } = answered(alert, CALM, log(refused(10), served(11), refused(12), served(13)));
    expect(report.verdict).to.equal('healthy');
    expect(report.rootCause.statement).to.include('refusals of its customers');
    expect(struck).to.deep.equal([]);
  });

  it('are not cleared up where one is another error, nothing goes well, or users complain', () => {
    const other = '10:39:14 [error] cart 51ce: seats-db does not answer: connection timed out after 5000 ms';
    expect(verdict(alert, CALM, log(refused(10), served(11), refused(12), served(13), other))).not.to.equal('healthy');
    expect(verdict(alert, CALM, log(refused(10), refused(12)))).not.to.equal('healthy');
    expect(
      verdict(
        'Errors in the log of seats, users cannot pay: requests fail',
        CALM,
        log(refused(10), served(11), refused(12), served(13), other),
      ),
    ).not.to.equal('healthy');
  });
});

describe('a moment that passed', () => {
  const course = (values: number[]) =>
    printed(
      `curl -s 'http://prometheus:9090/api/v1/query_range?query=histogram_quantile(0.99,rate(http_seconds_bucket{service="seats"}[1m]))'`,
      JSON.stringify({
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [{ metric: {}, values: values.map((value, index) => [1932_900_000 + 60 * index, String(value)]) }],
        },
      }),
    );
  const usual = (length: number) => Array.from({ length }, (_, index) => 0.11 + 0.01 * (index % 3));
  const alert = 'P99LatencyHigh: p99 latency of seats was 2.9 s at 10:21 (threshold 1 s)';

  it('is over where what is measured has been back since', () => {
    const { report, struck } = answered(alert, CALM, course([...usual(6), 2.9, 0.3, ...usual(14)]));
    expect(report.verdict).to.equal('healthy');
    expect(struck).to.deep.equal([]);
  });

  it('is not where it lasts, comes again, ended only now, or is told to go on', () => {
    for (const values of [
      [...usual(8), ...usual(12).map(() => 2.9)],
      [...usual(6), 2.9, ...usual(9), 2.9, ...usual(9)],
      [...usual(18), 2.9, 2.4],
    ])
      expect(verdict(alert, CALM, course(values)), String(values)).not.to.equal('healthy');
    const lasting = 'P99LatencyHigh: p99 latency of seats above 1 s for 15 minutes';
    expect(verdict(lasting, CALM, course([...usual(6), 2.9, 0.3, ...usual(14)]))).not.to.equal('healthy');
  });
});
