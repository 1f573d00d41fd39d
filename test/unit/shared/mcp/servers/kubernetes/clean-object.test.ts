import { expect } from 'chai';
import { cleanObject } from '../../../../../../src/shared/mcp/servers/kubernetes/clean-object.ts';
import { templateDiff } from '../../../../../../src/shared/mcp/servers/kubernetes/template-diff.ts';

const env = (name: string, value: string) => ({
  kind: 'Deployment',
  metadata: {
    name: 'web',
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': '{"secret":1}',
      'deployment.kubernetes.io/revision': '3',
    },
    managedFields: [{ manager: 'kubectl' }],
  },
  spec: { template: { spec: { containers: [{ name: 'web', env: [{ name, value }] }] } } },
});
const keptOf = (name: string, value: string) =>
  /"value":"([^"]*)"/.exec(JSON.stringify(cleanObject(env(name, value))))?.[1];

describe('objects as evidence', () => {
  it('keep of variables only values that are addresses', () => {
    for (const address of ['orders:8080', 'http://orders.shop.svc/api', 'redis.data', '10.0.0.1:6379'])
      expect(keptOf('UPSTREAM', address)).to.equal(address);
    for (const secret of ['hunter2!$x', 'postgres://user:pass@db:5432/x', 'two words', ''])
      expect(keptOf('UPSTREAM', secret), secret).to.not.equal(secret || 'x');
    expect(keptOf('API_TOKEN', 'abcdef')).to.equal('[left out]');
  });

  it('come without bookkeeping and without annotations that hold other things', () => {
    const { metadata } = cleanObject(env('A', 'b')) as { metadata: Record<string, unknown> };
    expect(metadata).to.deep.equal({ name: 'web', annotations: { 'deployment.kubernetes.io/revision': '3' } });
  });

  it('write dates as text', () => {
    expect(cleanObject({ kind: 'Job', status: { startTime: new Date(0) } })).to.deep.include({
      status: { startTime: '1970-01-01T00:00:00.000Z' },
    });
  });
});

describe('what is different between two pod templates', () => {
  const template = (memory: string, image = 'web:1') => ({
    spec: { containers: [{ name: 'web', image, resources: { limits: { memory } } }] },
  });

  it('are limits and requests, and not the image', () => {
    expect(templateDiff(template('1Gi'), template('256Mi', 'web:2'))).to.equal(
      '-web.limits.memory: 1Gi\n+web.limits.memory: 256Mi',
    );
    expect(templateDiff(template('1Gi'), template('1Gi', 'web:2'))).to.equal('');
    expect(templateDiff(undefined, undefined)).to.equal('');
  });
});
