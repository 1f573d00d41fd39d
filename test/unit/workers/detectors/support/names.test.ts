import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  isHost,
  isKubernetesName,
  parseHostPort,
  sameName,
  serviceOfHost,
  workloadOf,
} from '../../../../../src/workers/detectors/support/names.ts';
import { shellWord } from '../../../../../src/workers/detectors/support/shell.ts';

describe('names', () => {
  it('tells names that Kubernetes accepts', () => {
    for (const name of ['a', 'user-service-7c6d8b5f4d-q4x8n', 'kube-dns.v1'])
      expect(isKubernetesName(name), name).to.equal(true);
    for (const name of ['', '-a', 'a-', 'A', 'a b', '$(x)', 'a;b', 'a'.repeat(64), '--all'])
      expect(isKubernetesName(name), name).to.equal(false);
  });

  it('tells hosts', () => {
    for (const name of ['a.example.com', '10.0.0.1', '::1', 'localhost']) expect(isHost(name), name).to.equal(true);
    for (const name of ['', '-a.com', 'a b', 'a;b', '$(x)', `${'a.'.repeat(200)}com`])
      expect(isHost(name), name).to.equal(false);
  });

  it('takes a pod name back to its workload', () => {
    expect(workloadOf('user-service-7c6d8b5f4d-q4x8n')).to.equal('user-service');
    expect(workloadOf('db-0')).to.equal('db');
    expect(workloadOf('user-service')).to.equal('user-service');
  });

  it('knows one thing under two names', () => {
    expect(sameName('orders', 'orders.shop.svc.cluster.local')).to.equal(true);
    expect(sameName('orders:8080', 'Orders')).to.equal(true);
    expect(sameName('orders-7c6d8b5f4d-q4x8n', 'orders')).to.equal(true);
    expect(sameName('orders', 'orders-db')).to.equal(false);
    expect(sameName('10.0.0.1', '10.0.0.2')).to.equal(false);
  });

  it('finds the service behind a host name of the cluster', () => {
    expect(serviceOfHost('orders.shop.svc.cluster.local')).to.deep.equal({ service: 'orders', namespace: 'shop' });
    expect(serviceOfHost('orders.shop')).to.deep.equal({ service: 'orders', namespace: 'shop' });
    expect(serviceOfHost('orders')).to.deep.equal({ service: 'orders', namespace: null });
    for (const host of ['10.0.0.1', 'example.com', 'api.example.com', 'localhost'])
      expect(serviceOfHost(host), host).to.equal(null);
  });

  it('takes host and port apart', () => {
    expect(parseHostPort('db:5432')).to.deep.equal({ host: 'db', port: '5432' });
    expect(parseHostPort('[::1]:80')).to.deep.equal({ host: '::1', port: '80' });
    expect(parseHostPort('db:99999')).to.equal(null);
    expect(parseHostPort('a b:1')).to.equal(null);
  });
});

describe('shell words', () => {
  it('stay one argument of a real shell, whatever they hold', () => {
    const text = fc
      .array(fc.constantFrom('a', ' ', "'", '"', '$', '`', ';', '|', '&', '\\', '(', ')', '*', '-', '\n', 'é'), {
        minLength: 1,
        maxLength: 12,
      })
      .map((parts) => parts.join(''));
    const words = fc.sample(text, 60);
    const script = words.map((word) => `printf '%s\\0' ${shellWord(word)}`).join('\n');
    const seen = execFileSync('/bin/sh', ['-c', script]).toString('utf8').split('\0').slice(0, -1);
    expect(seen).to.deep.equal(words.map((word) => word.replace(/\n/g, ' ')));
  });
});
