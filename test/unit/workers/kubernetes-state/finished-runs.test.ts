import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const GONE = printed(
  'kubectl get pod nightly-sums-28811220-x7k2p -n books',
  'Error from server (NotFound): pods "nightly-sums-28811220-x7k2p" not found\n',
);
const events = (...rows: string[]) =>
  printed(
    'kubectl get events -n books',
    `LAST SEEN   TYPE      REASON             OBJECT                                  MESSAGE\n${rows.join('\n')}\n`,
  );
const STARTED =
  '50m         Normal    SuccessfulCreate   job/nightly-sums-28811220               Created pod: nightly-sums-28811220-x7k2p';
const DONE =
  '45m         Normal    SawCompletedJob    cronjob/nightly-sums                    Saw completed job: nightly-sums-28811220, condition: Complete';
const FAILED =
  '45m         Normal    SawCompletedJob    cronjob/nightly-sums                    Saw completed job: nightly-sums-28811220, condition: Failed';
const RETRIED =
  '47m         Warning   BackoffLimitExceeded   job/nightly-sums-28811220           Job has reached the specified backoff limit';

const verdict = (question: string, ...rows: string[]) =>
  concluded(question, [GONE, events(STARTED, ...rows)]).report.verdict;
const QUESTION = 'Where did nightly-sums-28811220-x7k2p go?';

describe('a run that somebody misses', () => {
  it('is no fault where its Job completed', () => {
    expect(verdict(`${QUESTION} I cannot find it any more`, DONE)).to.equal('healthy');
  });

  it('is not called well where it failed, was not seen to end, is another one, or harm is told', () => {
    expect(verdict(`${QUESTION} I cannot find it any more`, FAILED)).to.not.equal('healthy');
    expect(verdict(`${QUESTION} I cannot find it any more`, DONE, RETRIED)).to.not.equal('healthy');
    expect(verdict(`${QUESTION} I cannot find it any more`)).to.not.equal('healthy');
    expect(verdict('Where did weekly-sums-28811220-x7k2p go?', DONE)).to.not.equal('healthy');
    expect(verdict(`${QUESTION} The sums are incomplete`, DONE)).to.not.equal('healthy');
  });
});
