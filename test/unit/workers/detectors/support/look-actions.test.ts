import { expect } from 'chai';
import { lookActions } from '../../../../../src/workers/detectors/support/look-actions.ts';
import { podActions } from '../../../../../src/workers/detectors/support/pod-actions.ts';
import { container, input, pod, pods } from '../../../../support/evidence-fixtures.ts';

const podIn = (namespace: string) => pod('user-service-7d9f8c6b5-x2x4z', [container()], { namespace });
const looks = (namespaces: string[], told: string | null = null) =>
  lookActions(
    'user-service',
    'application',
    input('user-service is down', [pods(1, namespaces.map(podIn))], { namespace: told }),
  ).map(({ command }) => command);

describe('what to look at', () => {
  it('is in the one namespace where the pods are, or that of the alert among several', () => {
    expect(looks(['shop'])[0]).to.contain('--namespace shop ');
    expect(looks(['shop', 'test'], 'shop')[0]).to.contain('--namespace shop ');
    expect(looks([], 'shop')[0]).to.contain('--namespace shop ');
  });

  it('is found in all namespaces first where none or several are possible', () => {
    const everywhere = 'kubectl get pods --all-namespaces --selector app=user-service --output wide';
    expect(looks(['shop', 'test'])).to.deep.equal([everywhere]);
    expect(looks(['$(reboot)'])).to.deep.equal([everywhere]);
    expect(looks([])).to.deep.equal([everywhere]);
  });

  it('of a pod without a namespace is the pod, wherever it is', () => {
    expect(podActions('api-0', '', null).map(({ command }) => command)).to.deep.equal([
      'kubectl get pod --all-namespaces --field-selector metadata.name=api-0',
    ]);
    expect(podActions('api-0; reboot', 'shop', null)).to.deep.equal([]);
  });
});
