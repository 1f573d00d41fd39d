import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, manifests } from '../conclude-evidence.ts';

const deployment = (name: string, command: string[], image = 'suite:1') => ({
  kind: 'Deployment',
  metadata: { name, namespace: 'team' },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image, command }] } },
  },
});
const kinds = (...objects: Record<string, unknown>[]) =>
  diagnose(inputOf('rate in namespace team fails', [manifests(...objects)])).diagnoses.map(
    ({ kind, component }) => `${kind} ${component}`,
  );

describe('services that share an image', () => {
  it('tell a workload that starts the binary of its sibling', () => {
    expect(kinds(deployment('rate', ['/go/bin/geo']), deployment('geo', ['/go/bin/geo']))).to.include(
      'wrong-binary rate',
    );
  });

  it('tell nothing where everybody starts its own, or the names are no binaries of siblings', () => {
    expect(kinds(deployment('rate', ['rate']), deployment('geo', ['geo']))).to.deep.equal([]);
    expect(kinds(deployment('rate', ['geo']), deployment('geo', ['geo'], 'other:1'))).to.deep.equal([]);
    expect(kinds(deployment('rate', ['sh', '-c', 'geo']), deployment('geo', ['sh', '-c', 'geo']))).to.deep.equal([]);
  });
});
