import { expect } from 'chai';
import {
  namespaceFromLabels,
  serviceFromLabels,
  serviceFromText,
  workloadOfPod,
} from '../../../../src/producer/sources/read-service.ts';

describe('what an alert is about', () => {
  it('prefers the name of a service to that of its workload, pod and machine', () => {
    const labels = { instance: '10.0.0.1:9100', pod: 'cart-0', deployment: 'cart-v2', service: 'cart' };
    expect(serviceFromLabels(labels)).to.equal('cart');
  });

  it('passes over what measures', () => {
    const labels = {
      service: 'prometheus-kube-state-metrics',
      job: 'kube-state-metrics',
      pod: 'cart-7d9f8b6c4d-x2x9z',
    };
    expect(serviceFromLabels(labels)).to.equal('cart');
    expect(serviceFromLabels({ job: 'node-exporter', instance: 'web-1.example.com:9100' })).to.equal(
      'web-1.example.com',
    );
    expect(serviceFromLabels({ job: 'mysql-exporter' })).to.equal('mysql-exporter');
  });

  it('takes the appended part off a pod only', () => {
    expect(workloadOfPod('user-service-7d9f8b6c4d-x2x9z')).to.equal('user-service');
    expect(workloadOfPod('postgres-0')).to.equal('postgres');
    expect(workloadOfPod('fluentd-4xk2p')).to.equal('fluentd');
    expect(workloadOfPod('api')).to.equal('api');
    expect(serviceFromLabels({ host: 'web-1' })).to.equal('web-1');
  });

  it('leaves placeholders of templates alone', () => {
    expect(serviceFromLabels({ service: '{{ $labels.service }}', app: '$APP', host: '<no value>' })).to.equal(null);
    expect(serviceFromText('CPU of {{host.name}} is high')).to.equal(null);
  });

  for (const [text, service] of [
    ['Database connection pool exhausted for user-service', 'user-service'],
    ['SSL certificate for api.example.com expires in 24 hours', 'api.example.com'],
    ['High latency on service checkout', 'checkout'],
    ['Errors in payment_gateway', 'payment_gateway'],
    ['Pods of deployment "web-shop" restart', 'web-shop'],
    ['Service is down', null],
    ['TypeError at app.js:245', null],
    ['Disk is full', null],
    ['Container OOM: report-builder', 'report-builder'],
  ] as const) {
    it(`finds ${service ?? 'nothing'} in "${text}"`, () => expect(serviceFromText(text)).to.equal(service));
  }

  it('finds the namespace under its many names, and not in a path', () => {
    expect(namespaceFromLabels({ kube_namespace: 'shop' })).to.equal('shop');
    expect(namespaceFromLabels({ 'k8s.namespace.name': 'shop' })).to.equal('shop');
    expect(namespaceFromLabels({ namespace: 'AWS/EC2' })).to.equal(null);
  });
});
