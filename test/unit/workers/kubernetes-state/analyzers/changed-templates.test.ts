import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { concluded, inputOf, printed } from '../conclude-evidence.ts';

type Told = ReturnType<typeof printed>;
const pods = (age = '12m', ready = '1/1', status = 'Running') =>
  printed(
    'kubectl get pods -n depot',
    `NAME                      READY   STATUS    RESTARTS   AGE\nrates-6d5c8b7f9d-4xk2p    ${ready}     ${status}   0          ${age}\nyard-7f6d9c8b5d-zz2xq     1/1     Running   0          41d\n`,
  );
const history = (lines: string, revision = 7) =>
  printed(
    `kubectl rollout history deployment/rates -n depot --revision=${revision}`,
    `deployment.apps/rates with revision #${revision}\nPod Template:\n  Labels:\tapp=rates\n\tpod-template-hash=5f7c9d8b44\n  Containers:\n   rates:\n    Image:\tregistry.example/rates:2.4.0\n    Port:\t8080/TCP\n    Host Port:\t0/TCP\n${lines}  Volumes:\t<none>\n`,
  );
const page = (lines: string) =>
  printed(
    'kubectl describe pod rates-6d5c8b7f9d-4xk2p -n depot',
    `Name:             rates-6d5c8b7f9d-4xk2p\nNamespace:        depot\nService Account:  default\nNode:             n1/10.0.0.1\nLabels:           app=rates\n                  pod-template-hash=6d5c8b7f9d\nStatus:           Running\nControlled By:    ReplicaSet/rates-6d5c8b7f9d\nContainers:\n  rates:\n    Image:          registry.example/rates:2.4.0\n    Port:           8080/TCP\n    State:          Running\n    Ready:          True\n    Restart Count:  0\n${lines}Volumes:\n  kube-api-access-x:\n    Type:  Projected\n`,
  );
const log = (...lines: string[]) => printed('kubectl logs rates-6d5c8b7f9d-4xk2p -n depot', `${lines.join('\n')}\n`);
const FAILS = log('INFO listening on :8080', 'ERROR tariff table is empty, no price can be told');
const QUIET = log('INFO listening on :8080', 'INFO GET /price 200 in 4 ms');

const mount = '    Mounts:\n      /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-x (ro)\n';
const found = (...recorded: Told[]) =>
  diagnose(inputOf('rates in namespace depot tells no prices', recorded)).diagnoses.find(
    ({ kind }) => kind === 'rollout-changed-template',
  );

describe('pods that are made otherwise than before the last rollout', () => {
  it('miss a variable that the revision before had, and what they suffer from is its effect', () => {
    const recorded = [
      pods(),
      history('    Environment:\n      TARIFF_URL:\thttp://tariffs:8080\n      ZONE:\teast\n    Mounts:\t<none>\n'),
      page(`    Environment:\n      ZONE:  east\n${mount}`),
      log('WARN TARIFF_URL is not set', 'ERROR TypeError: Failed to parse URL from undefined/zones'),
    ];
    const { report, struck } = concluded('rates in namespace depot tells no prices', recorded);
    expect(report.rootCause).to.include({ component: 'rates' });
    expect(report.rootCause.statement)
      .to.include('the environment variable TARIFF_URL, which revision 7 had, is not set any more. As a result:')
      .and.to.include('its setting TARIFF_URL is not set');
    expect(struck).to.deep.equal([]);
    expect(report.immediateActions.map(({ command }) => command)).to.include(
      'kubectl rollout undo deployment/rates --namespace depot',
    );
  });

  it('miss arguments, mounts and the ConfigMap of their variables', () => {
    const before = history(
      '    Args:\n      --zones=/etc/zones/all.csv\n      --port=8080\n    Environment Variables from:\n      rates-settings\tConfigMap\tOptional: false\n    Environment:\t<none>\n    Mounts:\n      /etc/zones from zones (ro)\n',
    );
    const told = found(pods(), before, page(`    Args:\n      --port=8080\n    Environment:  <none>\n${mount}`), FAILS);
    expect(told?.statement)
      .to.include('the argument --zones, which revision 7 had, is not given any more')
      .and.to.include('the environment from ConfigMap rates-settings, which revision 7 had, is not taken from there')
      .and.to.include('the mount /etc/zones of volume zones');
  });

  it('have another value, which is told unless it is a secret', () => {
    const before = history('    Environment:\n      ZONE:\teast\n      API_TOKEN:\tabc-old\n    Mounts:\t<none>\n');
    const told = found(
      pods(),
      before,
      page(`    Environment:\n      ZONE:  west\n      API_TOKEN:  abc-new\n${mount}`),
      FAILS,
    );
    expect(told?.statement)
      .to.include('ZONE was east in revision 7 and is west now')
      .and.to.include('API_TOKEN is another than in revision 7')
      .and.to.not.include('abc-');
  });

  it('are compared by ReplicaSets of both generations, too', () => {
    const set = (hash: string, revision: number, replicas: number, env: string) =>
      `- apiVersion: apps/v1\n  kind: ReplicaSet\n  metadata:\n    name: rates-${hash}\n    namespace: depot\n    labels: {app: rates, pod-template-hash: ${hash}}\n    annotations: {deployment.kubernetes.io/revision: "${revision}"}\n    ownerReferences:\n    - {kind: Deployment, name: rates}\n  spec:\n    replicas: ${replicas}\n    template:\n      metadata:\n        labels: {app: rates, pod-template-hash: ${hash}}\n      spec:\n        containers:\n        - name: rates\n          image: registry.example/rates:2.4.0\n          imagePullPolicy: IfNotPresent\n          env:\n          - {name: ZONE, value: east}\n${env}`;
    const sets = printed(
      'kubectl get rs -n depot -o yaml',
      `apiVersion: v1\nkind: List\nitems:\n${set('5f7c9d8b44', 7, 0, '          - {name: TARIFFS, value: "http://tariffs"}\n')}${set('6d5c8b7f9d', 8, 1, '')}`,
    );
    expect(found(pods(), sets, FAILS)?.statement).to.include('TARIFFS, which revision 7 had, is not set any more');
  });

  it('are compared by what a container itself tells of its environment', () => {
    const before = history(
      '    Environment:\n      TARIFFS:\thttp://tariffs:8080\n      ZONE:\teast\n    Mounts:\t<none>\n',
    );
    const env = printed('kubectl exec rates-6d5c8b7f9d-4xk2p -n depot -- env', 'PATH=/bin\nZONE=east\nHOME=/\n');
    expect(found(pods(), before, env, FAILS)?.statement).to.include(
      'TARIFFS, which revision 7 had, is not set any more',
    );
  });

  it('are no trouble where nothing of them fails, or nothing differs', () => {
    const before = history('    Environment:\n      ZONE:\teast\n    Mounts:\t<none>\n');
    expect(found(pods(), before, page(`    Environment:  <none>\n${mount}`), QUIET)).to.equal(undefined);
    expect(found(pods(), before, page(`    Environment:\n      ZONE:  east\n${mount}`), FAILS)).to.equal(undefined);
    expect(found(pods(), before, FAILS)).to.equal(undefined);
  });

  it('are at most a note long after the rollout, unless the failure speaks of just that', () => {
    const before = history('    Environment:\n      ZONE:\teast\n    Mounts:\t<none>\n');
    const now = page(`    Environment:  <none>\n${mount}`);
    expect(found(pods('30d'), before, now, FAILS)?.confidence).to.be.at.most(0.3);
    expect(found(pods('30d'), before, now, log('ERROR no price: ZONE is unknown'))?.confidence).to.be.above(0.8);
  });
});
