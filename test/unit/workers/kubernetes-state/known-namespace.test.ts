import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Action } from '../../../../src/shared/report.ts';
import {
  changeCommand,
  describeAction,
  listAction,
  logAction,
  settledActions,
} from '../../../../src/workers/kubernetes-state/actions.ts';
import { diagnose } from '../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from './conclude-evidence.ts';

const commands = (actions: Action[]) => actions.map(({ command }) => command);
const nowhere = (actions: Action[]) => commands(settledActions(actions, () => null));
const inShop = (actions: Action[]) => commands(settledActions(actions, () => 'shop'));
const scale = changeCommand(
  { kind: 'Deployment', name: 'api', namespace: null },
  ['scale', 'deployment/api', '--replicas=1'],
  'Scale it up',
  'Starts its pods.',
);

describe('actions about objects whose namespace is not known', () => {
  it('look in all namespaces, and change nothing', () => {
    expect(nowhere(describeAction('Pod', 'api-0', null, 'See'))).to.deep.equal([
      'kubectl get pod --all-namespaces --field-selector metadata.name=api-0',
    ]);
    expect(nowhere(logAction('api-0', null, 'app', true))).to.deep.equal([
      'kubectl get pod --all-namespaces --field-selector metadata.name=api-0',
    ]);
    expect(nowhere(listAction('services', null, 'See'))).to.deep.equal([
      'kubectl get services --all-namespaces -o wide',
    ]);
    expect(settledActions(scale, () => null)).to.deep.equal([
      { title: 'Scale it up', command: null, risk: 'Starts its pods.' },
    ]);
  });

  it('name the namespace once it is known', () => {
    expect(inShop(describeAction('Pod', 'api-0', null, 'See'))).to.deep.equal([
      'kubectl describe pod api-0 --namespace shop',
    ]);
    expect(inShop(logAction('api-0', null, 'app', true))).to.deep.equal([
      'kubectl logs api-0 --namespace shop --container app --previous --tail 100',
    ]);
    expect(inShop(scale)).to.deep.equal(['kubectl scale deployment/api --replicas=1 --namespace shop']);
  });

  it('take no namespace that Kubernetes would not accept', () => {
    const lying = settledActions(describeAction('Pod', 'api-0', null, 'See'), () => 'shop; reboot');
    expect(commands(lying)[0]).to.contain('--all-namespaces');
    expect(describeAction('Pod', 'api-0', '$(reboot)', 'See')).to.deep.equal([]);
  });

  it('need none for kinds that have none', () => {
    expect(inShop(describeAction('node', 'node-a', null, 'See'))).to.deep.equal(['kubectl describe node node-a']);
    expect(inShop(listAction('storageclass', null, 'See', false))).to.deep.equal(['kubectl get storageclass']);
  });
});

/** The list of a terminal whose namespace was set before: it names none. */
const PULLED = printed(
  'kubectl get pods',
  'NAME                   READY   STATUS             RESTARTS   AGE\napi-6d5c8b7f9d-4xk2p   0/1     ImagePullBackOff   0          3m\n',
);
const EVENTS = (...namespaces: string[]) =>
  printed(
    'kubectl get events --all-namespaces',
    `NAMESPACE   LAST SEEN   TYPE      REASON   OBJECT                     MESSAGE\n${namespaces
      .map((one) => `${one}        2m          Warning   Failed   pod/api-6d5c8b7f9d-4xk2p   Error: ImagePullBackOff\n`)
      .join('')}`,
  );
const lookOf = (alert: Parameters<typeof inputOf>[0], ...recorded: ReturnType<typeof printed>[]) =>
  diagnose(inputOf(alert, recorded))
    .diagnoses.flatMap(({ actions }) => commands(actions))
    .find((command) => command?.includes('api-6d5c8b7f9d-4xk2p'));

describe('the namespace of a diagnosis', () => {
  const FIND = 'kubectl get pod --all-namespaces --field-selector metadata.name=api-6d5c8b7f9d-4xk2p';
  const describeIn = (namespace: string) => `kubectl describe pod api-6d5c8b7f9d-4xk2p --namespace ${namespace}`;

  it('is that of the same object elsewhere in the evidence', () => {
    expect(lookOf('pods fail', PULLED, EVENTS('shop'))).to.equal(describeIn('shop'));
  });

  it('is that of the alert which names the object', () => {
    const alert = makeAlert({ title: 'api fails', labels: { namespace: 'shop' } });
    expect(lookOf(alert, PULLED)).to.equal(describeIn('shop'));
    expect(lookOf(alert, PULLED, EVENTS('shop', 'test'))).to.equal(describeIn('shop'));
  });

  it('is not guessed: not from an alert about something else, not from several', () => {
    expect(lookOf(makeAlert({ title: 'billing fails', labels: { namespace: 'shop' } }), PULLED)).to.equal(FIND);
    expect(lookOf('pods fail', PULLED, EVENTS('shop', 'test'))).to.equal(FIND);
  });
});
