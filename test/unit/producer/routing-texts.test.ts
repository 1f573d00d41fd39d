import { expect } from 'chai';
import { routingTexts, subjectOf, withWords } from '../../../src/producer/routing-texts.ts';
import { anAlert } from '../../support/alerts.ts';

describe('the texts that routing rules see', () => {
  it('reads names in camel and snake case as words', () => {
    expect(withWords('KubePodOOMKilled')).to.include('Kube Pod OOM Killed');
    expect(withWords('CoreDNSDown')).to.include('Core DNS Down');
    expect(withWords('high_memory_load')).to.include('high memory load');
    expect(withWords('plain words')).to.equal('plain words');
  });

  it('leaves out what an expression is not about', () => {
    const subject = subjectOf(
      'sum by (database, pod) (rate(x{container!="nginx", fstype!~"nfs|zfs", job="api"}[5m])) on(redis) y',
    );
    expect(subject)
      .to.include('job="api"')
      .and.not.match(/nginx|nfs|database|redis/);
    expect(subjectOf('kube_namespace:shop kube_deployment:cart status:error')).to.not.match(/kube_/);
    expect(subjectOf('kube_pod_status_phase{phase="Failed"} > 0')).to.include('kube_pod_status_phase');
  });

  it('leaves out labels of the collection path and keeps the values of places', () => {
    const { labels } = routingTexts(
      anAlert({ labels: { prometheus: 'monitoring/k8s', kube_deployment: 'cart', job: 'mysql' } }),
    );
    expect(labels.split('\n')).to.deep.equal(['cart', 'job=mysql']);
  });

  it('finds expressions wherever senders put them', () => {
    const alert = anAlert({
      annotations: {
        expr: 'up == 0',
        query: 'avg:system.cpu.user{*}',
        valueString: '[ labels={__name__=rabbitmq_queues, a=b} ]',
      },
      labels: { __name__: 'ping_success' },
    });
    for (const part of ['up == 0', 'system.cpu.user', 'rabbitmq_queues', 'ping_success']) {
      expect(routingTexts(alert).expression).to.include(part);
    }
  });

  it('is bounded', () => {
    const long = 'aB '.repeat(5000);
    const texts = routingTexts(
      anAlert({
        name: long,
        title: long,
        description: long,
        service: long,
        labels: { a: long },
        annotations: { expr: long },
      }),
    );
    for (const text of Object.values(texts)) expect(text.length).to.be.at.most(4000);
  });
});
