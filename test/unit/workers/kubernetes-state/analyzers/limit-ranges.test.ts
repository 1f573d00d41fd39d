import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, manifests, printed } from '../conclude-evidence.ts';

const range = (sides: Record<string, Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'bounds', namespace: 'team' },
  spec: {
    limits: [
      { type: 'Container', ...sides },
      { type: 'Pod', max: { memory: '1Mi' } },
    ],
  },
});
const api = (resources: Record<string, Record<string, string>>) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', namespace: 'team' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'api' } },
    template: {
      metadata: { labels: { app: 'api' } },
      spec: { containers: [{ name: 'api', image: 'api:1', resources }] },
    },
  },
});

const found = (...recorded: Parameters<typeof inputOf>[1]) =>
  diagnose(inputOf('api in team has no pods', recorded)).diagnoses.find(({ kind }) => kind === 'limit-range');

describe('containers outside of the LimitRange of their namespace', () => {
  it('are refused where they may use more than the most, or ask for less than the least', () => {
    const most = range({ max: { memory: '2Gi', cpu: '4' } });
    expect(found(manifests(most, api({ limits: { memory: '3Gi' } })))).to.include({
      component: 'api',
      class: 'resource',
    });
    expect(found(manifests(most, api({ limits: { memory: '2048Mi' } })))).to.equal(undefined);
    const least = range({ min: { cpu: '100m' } });
    expect(found(manifests(least, api({ requests: { cpu: '50m' }, limits: { cpu: '1' } })))?.statement).to.include(
      'no less',
    );
    expect(found(manifests(least, api({ limits: { cpu: '1' } })))).to.equal(undefined);
  });

  it('were let in where their pods are there', () => {
    const both = [
      JSON.stringify(range({ max: { memory: '2Gi' } })),
      JSON.stringify(api({ limits: { memory: '3Gi' } })),
    ];
    const shown = both.map((text) => printed('kubectl get -n team -o json', text));
    const pods =
      'NAME                   READY   STATUS    RESTARTS   AGE\napi-6d5c8b7f9d-4xk2p   1/1     Running   0          30d\n';
    expect(found(...shown)).to.include({ component: 'api' });
    expect(found(...shown, printed('kubectl get pods -n team', pods))).to.equal(undefined);
  });
});
