import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const CRON =
  'NAME     SCHEDULE       TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE\nexport   15 */2 * * *   <none>     False     1        8h              90d\n';
const EVENT =
  'LAST SEEN   TYPE      REASON             OBJECT           MESSAGE\n12m         Normal    JobAlreadyActive   cronjob/export   Not starting job because prior execution is running and concurrency policy is Forbid\n';
const jobs = (age: string) =>
  `NAME              STATUS     COMPLETIONS   DURATION   AGE\nexport-32182410   Complete   1/1           11m        14h\nexport-32182530   Complete   1/1           9m40s      12h\nexport-32182650   Running    0/1           ${age}        ${age}\n`;

const hanging = (age: string, ...more: ReturnType<typeof printed>[]) =>
  diagnose(
    inputOf('the export of team is late', [
      printed('kubectl get cronjobs -n team', CRON),
      printed('kubectl get jobs -n team', jobs(age)),
      ...more,
    ]),
  ).diagnoses.find(({ kind }) => kind === 'job-hangs');

describe('a job that does not end', () => {
  const event = printed('kubectl get events -n team', EVENT);

  it('keeps the next runs from being started: its CronJob is at fault', () => {
    const log = printed('kubectl logs export-32182650-x7k2p -n team', 'INFO authenticated, opening channel\n');
    const found = hanging('10h', event, log);
    expect(found).to.include({ component: 'export', class: 'application' });
    expect(found?.statement).to.include('export-32182650').and.to.include('opening channel');
  });

  it('works while it takes not much longer than other runs, or keeps nothing from being started', () => {
    expect(hanging('40m', event)).to.equal(undefined);
    expect(hanging('10h')).to.equal(undefined);
  });
});
