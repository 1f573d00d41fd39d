import { expect } from 'chai';
import { lineTime } from '../../../../src/workers/kubernetes-state/logs/line-time.ts';
import { concluded, printed } from './conclude-evidence.ts';

const pods = (age: string): string =>
  `NAME                       READY   STATUS    RESTARTS   AGE\nledger-7f6d9c8b5d-zz2xq    1/1     Running   0          ${age}\n`;
const COMPLAINT = '1930300801.412 WARN connection to rabbit:5672 refused, will retry: dial tcp: connection refused';
const DAYS = 86_400;

const SEARCH = '| grep -i -e warn -e error';
const verdict = (age: string, later: string[], complaint = COMPLAINT, search = SEARCH): string =>
  concluded('The log of ledger in namespace books shows "connection refused". Is the broker down?', [
    printed('kubectl get pods -n books', pods(age)),
    printed(`kubectl logs ledger-7f6d9c8b5d-zz2xq -n books ${search}`, `${complaint}\n`),
    printed('kubectl logs ledger-7f6d9c8b5d-zz2xq -n books --tail=3', `${later.join('\n')}\n`),
  ]).report.verdict;

const booked = (seconds: number): string => `${1_930_300_801 + seconds}.112 INFO booked entry 4711, took 12ms`;

describe('what a program complained about when it was started', () => {
  it('is over where the times of the lines and the age of the pod show that it was days ago, and it works since', () => {
    expect(verdict('5d2h', [booked(5 * DAYS + 7000), booked(5 * DAYS + 7200)])).to.equal('healthy');
  });

  it('is not where the pod is older or younger than that, the complaint is new, or it is of a lasting kind', () => {
    const later = [booked(5 * DAYS + 7000), booked(5 * DAYS + 7200)];
    expect(verdict('40d', later, COMPLAINT, '| head -1')).to.not.equal('healthy');
    expect(verdict('5d2h', [booked(10), booked(20)])).to.not.equal('healthy');
    expect(verdict('5d2h', later, '1930300801.412 ERROR could not write: no space left on device')).to.not.equal(
      'healthy',
    );
  });

  it('is over where a search of the whole log shows nothing of it for hours, and the program works since', () => {
    const searched = (hours: number) =>
      concluded('The broker was restarted in the night. Is ledger in namespace books still broken?', [
        printed('kubectl get pods -n books', pods('40d')),
        printed('kubectl logs ledger-7f6d9c8b5d-zz2xq -n books --since=12h | grep -E "ERROR|WARN"', `${COMPLAINT}\n`),
        printed(
          'kubectl logs ledger-7f6d9c8b5d-zz2xq -n books --tail=2',
          [booked(hours * 3600), booked(hours * 3600 + 9)].join('\n'),
        ),
      ]).report.verdict;
    expect(searched(6)).to.equal('healthy');
    expect(searched(0.2)).to.not.equal('healthy');
  });

  it('is over by such a search also where nothing tells whether the pod is ready', () => {
    const alleges = (hours: number) => {
      const { verdict: said } = concluded('The broker was restarted in the night. Is ledger still broken?', [
        printed('kubectl logs ledger-7f6d9c8b5d-zz2xq -n books --since=12h | grep -E "ERROR|WARN"', `${COMPLAINT}\n`),
        printed(
          'kubectl logs ledger-7f6d9c8b5d-zz2xq -n books --tail=2',
          [booked(hours * 3600), booked(hours * 3600 + 9)].join('\n'),
        ),
      ]).report;
      return said === 'identified' || said === 'probable';
    };
    expect(alleges(6)).to.equal(false);
    expect(alleges(0.2)).to.equal(true);
  });

  it('is dated in the forms in which programs write times', () => {
    const at = Date.UTC(2031, 5, 9, 7, 10, 2);
    for (const line of [
      `%4|${at / 1000}.000|FAIL|rdkafka#producer-1| [thrd:main]: Connect failed`,
      `${at / 1000}.000    412 10.0.0.9 TCP_MISS/200 GET http://x`,
      `type=AVC msg=audit(${at / 1000}.000:412): avc: denied`,
      `ts=${at / 1000} level=warn msg=x`,
      '20310609 07:10:02 WARN x',
      '20310609T071002Z x',
      '[Mon Jun 09 07:10:02.000114 2031] [core:error] x',
    ])
      expect(lineTime(line), line).to.equal(at);
    expect(lineTime('1234567 rows')).to.equal(null);
  });
});

describe('what a program complained about for a moment', () => {
  const searched = (...minutes: number[]) =>
    printed(
      'kubectl -n books logs deploy/ledger --since=3h | grep -v " INFO "',
      minutes
        .map(
          (minute) =>
            `2031-04-02 08:${minute}:55.091 ERROR SqlExceptionHelper : FATAL: the database system is shutting down\n`,
        )
        .join(''),
    );
  const alleges = (alert: string, ...minutes: number[]) =>
    ['identified', 'probable'].includes(concluded(alert, [searched(...minutes)]).report.verdict);

  it('is over where the alert says so, and a fault where it does not or the trouble goes on', () => {
    expect(alleges('Ledger lost its database at 08:11, state now OK', 11, 12)).to.equal(false);
    expect(alleges('Ledger has lost its database', 11, 12)).to.equal(true);
    expect(alleges('Ledger lost its database at 08:11, state now OK', 11, 26, 40)).to.equal(true);
  });

  it('is told of one whose error rate was too high and whose log holds no error any more', () => {
    const pods =
      'NAME                       READY   STATUS    RESTARTS   AGE\nledger-7f6d9c8b5d-zz2xq    1/1     Running   0          3h\n';
    const verdict = (alert: string, ...lines: string[]) =>
      concluded(alert, [
        printed('kubectl get pods -n books', pods),
        printed('kubectl logs ledger-7f6d9c8b5d-zz2xq -n books --tail=3', `${lines.join('\n')}\n`),
      ]).report.verdict;
    const over = 'LedgerErrorRateHigh: RESOLVED: error rate of ledger was above 5%';
    expect(verdict(over, 'INFO payment went through', 'INFO receipt sent')).to.equal('healthy');
    expect(verdict(over)).not.to.equal('healthy');
    expect(verdict(over, 'ERROR payment failed: connection refused')).not.to.equal('healthy');
    expect(verdict(over.replace('RESOLVED: ', ''), 'INFO payment went through', 'INFO receipt sent')).not.to.equal(
      'healthy',
    );
  });
});

describe('what a question about errors in a log is answered by', () => {
  const LOST =
    '2031/03/29 12:02:10 traces export: Post "http://jaeger:4318/v1/traces": dial tcp 10.96.26.118:4318: connect: connection refused';
  const verdict = (found: string, ...lines: string[]): string =>
    concluded('Why does ledger in namespace books log errors, is it broken?', [
      printed('kubectl get pods -n books', pods('9d')),
      printed('kubectl logs ledger-7f6d9c8b5d-zz2xq -n books | grep -i error', `${found}\n`),
      printed('kubectl logs ledger-7f6d9c8b5d-zz2xq -n books --tail=3', `${lines.join('\n')}\n`),
    ]).report.verdict;

  it('is a search that finds nothing which harms anybody, beside work that goes on', () => {
    const work = ['2031-04-02T10:10:02Z INFO booked 4711, took 9ms', '2031-04-02T10:10:38Z INFO booked 4712, took 8ms'];
    expect(verdict(LOST, ...work)).to.equal('healthy');
    expect(verdict(LOST, 'starting')).not.to.equal('healthy');
    expect(verdict('2031-04-02T10:10:30Z ERROR booking failed: no space left on device', ...work)).not.to.equal(
      'healthy',
    );
  });
});
