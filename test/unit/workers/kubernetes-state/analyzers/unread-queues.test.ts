import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const queues = (rows: string) =>
  printed(
    'kubectl exec -n press mq-0 -- rabbitmqctl list_queues name messages_ready messages_unacknowledged consumers',
    `Timeout: 60.0 seconds ...\nListing queues for vhost / ...\nname\tmessages_ready\tmessages_unacknowledged\tconsumers\n${rows}`,
  );
const deployments = (ready: string) =>
  printed(
    'kubectl get deploy -n press',
    `NAME       READY   UP-TO-DATE   AVAILABLE   AGE\ncomposer   ${ready}     0            0           9d\n`,
  );
const asked = (alert: string, ...recorded: ReturnType<typeof queues>[]) =>
  diagnose(inputOf(alert, recorded)).diagnoses[0];
const first = (...recorded: ReturnType<typeof queues>[]) =>
  asked('Queue depth on mq in namespace press above 1000', ...recorded);

describe('queues of a broker', () => {
  it('that nobody reads pile up', () => {
    expect(first(queues('pages\t7400\t0\t0\nproofs\t0\t0\t2\n'))?.kind).to.equal('consumers-gone');
    expect(first(queues('pages\t3\t1\t2\nproofs\t0\t0\t0\n'))).to.equal(undefined);
    expect(first(queues('pages.retry\t7400\t0\t0\n'))).to.equal(undefined);
  });

  it('that are read too slowly are a lead only', () => {
    const lag = first(queues('pages\t7400\t40\t2\n'));
    expect(lag?.kind).to.equal('consumer-lag');
    expect(lag?.confidence).to.be.below(0.6);
  });

  it('are the effect of a workload whose pods do not run', () => {
    const gone = first(queues('pages\t7400\t0\t0\n'), deployments('0/0'));
    expect(gone?.statement).to.match(/composer is scaled to zero.*As a result: Nobody reads the queue pages/);
  });

  it('name the workload beside them that does not run', () => {
    const gone = first(queues('pages\t7400\t0\t0\n'), deployments('0/2'));
    expect(gone?.statement).to.include('no pod of composer beside it is ready');
    expect(gone?.component).to.equal('composer');
  });

  it('may have been left behind where nobody speaks of what goes through them', () => {
    const left = queues('pages\t7400\t0\t0\n');
    expect(asked('Payments fail with 500', left)?.confidence).to.be.below(0.6);
    expect(asked('No pages come out', left)?.confidence).to.be.above(0.7);
  });
});
