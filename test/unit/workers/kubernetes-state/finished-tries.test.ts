import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const log = (pod: string, ...lines: string[]) => printed(`kubectl logs ${pod} -n books`, `${lines.join('\n')}\n`);
const FAILED = log(
  'close-day-31020480-7bq5d',
  '2031-04-02 02:00:04 INFO 3,112 bookings to close',
  '2031-04-02 02:00:41 ERROR ledger: connection reset by peer',
  '2031-04-02 02:00:41 FATAL giving up after 190 bookings',
);
const SECOND = (last: string, pod = 'close-day-31020480-r4kcm') =>
  log(pod, '2031-04-02 02:01:10 INFO going on at 191', `2031-04-02 02:09:58 INFO ${last}`);
const alleges = (...recorded: Parameters<typeof concluded>[1]) =>
  ['identified', 'probable'].includes(concluded('A pod of close-day failed', recorded).report.verdict);

describe('the log of a failed try whose pods no list shows', () => {
  it('is over where its Job is complete', () => {
    const jobs = (status: string, completions: string) =>
      printed(
        'kubectl get jobs -n books',
        `NAME                 STATUS     COMPLETIONS   DURATION   AGE\nclose-day-31020480   ${status}   ${completions}           10m        8h\n`,
      );
    expect(alleges(FAILED)).to.equal(true);
    expect(alleges(FAILED, jobs('Complete', '1/1'))).to.equal(false);
    expect(alleges(FAILED, jobs('Running', '0/1'))).to.equal(true);
  });

  it('is over where the log of another try, or of a later run, ends with success', () => {
    expect(alleges(FAILED, SECOND('3112 of 3112 bookings closed, done'))).to.equal(false);
    expect(alleges(FAILED, SECOND('done', 'close-day-31021920-zq6lc'))).to.equal(false);
    expect(alleges(FAILED, SECOND('done', 'close-day-31019040-zq6lc'))).to.equal(true);
    expect(alleges(FAILED, SECOND('done', 'open-day-31021920-zq6lc'))).to.equal(true);
  });

  it('is not where the other try tells of no end, or of one with errors', () => {
    expect(alleges(FAILED, SECOND('800 of 3112 bookings closed'))).to.equal(true);
    expect(alleges(FAILED, SECOND('done, 12 failed'))).to.equal(true);
  });
});
