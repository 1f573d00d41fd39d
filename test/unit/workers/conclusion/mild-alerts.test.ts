import { expect } from 'chai';
import { areMild } from '../../../../src/workers/conclusion/mild-alerts.ts';
import { anAlert } from '../../../support/alerts.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const of = (title: string, more: Partial<ReturnType<typeof anAlert>> = {}) =>
  areMild([anAlert({ title, description: '', severity: 'high', ...more })]);

describe('alerts that tell of no harm', () => {
  it('are over, ask whether all is well, or are for information', () => {
    expect(of('[RESOLVED] canary of pricing')).to.equal(true);
    expect(of('errors of api', { status: 'resolved' })).to.equal(true);
    expect(of('Is everything fine with ledger? I see ERROR lines')).to.equal(true);
    expect(of('Connections above 60 %', { severity: 'info' })).to.equal(true);
    expect(of('Connections above 60 %', { labels: { severity: 'info' } })).to.equal(true);
  });

  it('are not those that fire, nor questions about harm', () => {
    expect(of('High error rate of api')).to.equal(false);
    expect(of('Why do the pods of api restart?')).to.equal(false);
    expect(of('Is checkout down?')).to.equal(false);
    for (const taken of [
      'What is the issue with redis?',
      "What's wrong with the topic `orders`?",
      'What is causing it?',
    ])
      expect(of(taken), taken).to.equal(false);
    expect(of('Is anything wrong with redis?')).to.equal(true);
    expect(of('Fetch the logs for deployment `web`')).to.equal(true);
    expect(of('Show the last errors of `web`')).to.equal(false);
    expect(of('api cannot reach its database', { severity: 'info' })).to.equal(false);
  });

  it('are mild together only when each of them is', () => {
    expect(areMild([anAlert({ title: '[RESOLVED] a' }), anAlert({ title: 'b fails' })])).to.equal(false);
    expect(areMild([])).to.equal(false);
  });

  it('make a merely probable fault a lead, unless pods are ill', () => {
    const pods = (ready: string) =>
      printed(
        'kubectl get pods -n team',
        `NAME                   READY   STATUS    RESTARTS   AGE\napi-6d5c8b7f9d-4xk2p   ${ready}     Running   0          30d\n`,
      );
    const log = printed('kubectl logs api-6d5c8b7f9d-4xk2p -n team', 'ERROR no such moon\n'.repeat(4));
    const verdict = (alert: string, ready = '1/1') => concluded(alert, [pods(ready), log]).report.verdict;
    expect(verdict('api errors')).to.equal('probable');
    expect(verdict('are the pods of api well?')).to.equal('inconclusive');
    expect(verdict('are the pods of api well?', '0/1')).to.not.equal('inconclusive');
  });
});
