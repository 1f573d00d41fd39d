import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const QUESTION = 'The ledger pods show restarts since the cluster was moved. Is everything all right?';

const table = (restarts: string, age: string) =>
  printed(
    'kubectl get pods -n bank',
    `NAME                      READY   STATUS    RESTARTS        AGE
ledger-7c9d8f6b5-q4w8x    1/1     Running   ${restarts}   ${age}
mysql-0                   1/1     Running   0               ${age}
`,
  );

const previous = (message: string) => printed('kubectl logs ledger-7c9d8f6b5-q4w8x -n bank --previous', `${message}\n`);
const now = (...lines: string[]) => printed('kubectl logs ledger-7c9d8f6b5-q4w8x -n bank', `${lines.join('\n')}\n`);

const REFUSED =
  '2031-04-02 04:12:03 ERROR [main] HikariPool-1 - Exception during pool initialization: Communications link failure: Connection refused';
const WORKS = [
  '2031-04-02 04:13:40 INFO [main] pool opened, 10 connections',
  '2031-04-02 10:38:12 INFO [worker-3] booked 41 entries of batch 8821',
];

const verdict = (...recorded: Parameters<typeof concluded>[1]) => concluded(QUESTION, recorded).report.verdict;

describe('what a container wrote before it was started again', () => {
  it('is over where it only waited for its database at the start, and the present one works without a complaint', () => {
    const { report } = concluded(QUESTION, [table('3 (6h25m ago)', '6h28m'), previous(REFUSED), now(...WORKS)]);
    expect(report.verdict).to.equal('healthy');
    expect(report.rootCause.statement).to.include('the logs since then hold no error');
  });

  it('is over where it died as an exception, or for want of others, and the present one has worked for long', () => {
    const was = (alert: string, ...recorded: Parameters<typeof concluded>[1]) =>
      concluded(alert, recorded).report.verdict;
    const alert = 'KubePodCrashLooping: Pod bank/ledger-7c9d8f6b5-q4w8x (ledger) is in waiting state';
    const odd = '2031-04-02 04:12:03 ERROR [main] unhandled exception, ledger is terminating';
    expect(was(alert, table('4 (59m ago)', '58d'), previous(REFUSED), now(...WORKS))).to.equal('healthy');
    expect(was(alert, table('1 (5h ago)', '31d'), previous(odd), now(...WORKS))).to.equal('healthy');
    expect(was(alert, table('9 (5h ago)', '31d'), previous(odd), now(...WORKS))).to.not.equal('healthy');
    expect(was(alert, table('1 (9m ago)', '31d'), previous(odd), now(...WORKS))).to.not.equal('healthy');
    const asked = 'Why does ledger-7c9d8f6b5-q4w8x restart in namespace bank?';
    expect(was(asked, table('1 (5h ago)', '31d'), previous(odd), now(...WORKS))).to.not.equal('healthy');
  });

  it('is not over after a short while, after a long life, for another reason, or where the present one says the same', () => {
    expect(verdict(table('3 (4m ago)', '7m'), previous(REFUSED), now(...WORKS))).to.not.equal('healthy');
    expect(verdict(table('3 (2h ago)', '9d'), previous(REFUSED), now(...WORKS))).to.not.equal('healthy');
    const heap = '2031-04-02 04:12:03 ERROR [main] java.lang.OutOfMemoryError: Java heap space';
    expect(verdict(table('3 (6h25m ago)', '6h28m'), previous(heap), now(...WORKS))).to.not.equal('healthy');
    expect(verdict(table('3 (6h25m ago)', '6h28m'), previous(REFUSED), now(...WORKS, REFUSED))).to.not.equal('healthy');
    expect(verdict(table('3 (6h25m ago)', '6h28m'), previous(REFUSED))).to.not.equal('healthy');
  });
});
