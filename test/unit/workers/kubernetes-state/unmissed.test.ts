import { expect } from 'chai';
import { diagnose } from '../../../../src/workers/kubernetes-state/diagnose.ts';
import { concluded, inputOf, printed } from './conclude-evidence.ts';

const PODS = printed(
  'kubectl get pods -n harbour',
  'NAME                      READY   STATUS    RESTARTS   AGE\npilot-7f6d9c8b5d-zz2xq   1/1     Running   0          9d\ntides-6d5c8b7f9d-4xk2p   1/1     Running   0          9d\n',
);
const deployments = (idle: string) =>
  printed(
    'kubectl get deployments -n harbour',
    `NAME           READY   UP-TO-DATE   AVAILABLE   AGE\npilot          1/1     1            1           9d\ntides          1/1     1            1           9d\n${idle}   0/0     0            0           9d\n`,
  );
const DEPLOYMENTS = deployments('tides-beta  ');
const endpoints = (...more: string[]) =>
  printed(
    'kubectl get endpoints -n harbour',
    `NAME    ENDPOINTS           AGE\npilot   10.42.0.9:8080      9d\ntides   10.42.0.10:8080     9d\n${more.join('\n')}`,
  );
const log = (...more: string[]) =>
  printed(
    'kubectl logs pilot-7f6d9c8b5d-zz2xq -n harbour',
    [
      'INFO GET /berths 200 in 14 ms',
      'INFO GET /berths/7 200 in 11 ms',
      ...more,
      'INFO GET /berths/9 200 in 9 ms',
    ].join('\n'),
  );
const OPEN = 'What is wrong with namespace harbour?';
const parked = (alert: string, ...recorded: ReturnType<typeof printed>[]) =>
  diagnose(inputOf(alert, [PODS, DEPLOYMENTS, ...recorded])).diagnoses.find(({ kind }) => kind === 'scaled-to-zero')
    ?.confidence ?? 0;

describe('a workload at zero replicas', () => {
  it('is a note where nobody misses it, and somebody asks openly', () => {
    expect(parked(OPEN, endpoints(), log())).to.be.within(0.2, 0.34);
    expect(concluded(OPEN, [PODS, DEPLOYMENTS, endpoints(), log()]).report.verdict).to.equal('healthy');
  });

  it('is more where a service has nobody behind it, or where services were not listed', () => {
    expect(parked(OPEN, endpoints('beta    <none>              9d'), log())).to.be.at.least(0.5);
    expect(parked(OPEN, log())).to.be.at.least(0.5);
  });

  it('is more where a log, an event or a variable names it', () => {
    expect(parked(OPEN, endpoints(), log('WARN forecast skipped: tides-beta does not answer'))).to.be.at.least(0.5);
    const events =
      'LAST SEEN   TYPE     REASON              OBJECT                  MESSAGE\n4m          Normal   ScalingReplicaSet   deployment/tides-beta   Scaled down replica set tides-beta-7c9f from 1 to 0\n';
    expect(parked(OPEN, endpoints(), log(), printed('kubectl get events -n harbour', events))).to.be.at.least(0.5);
    const pilot = `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: pilot\n  namespace: harbour\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n        - name: pilot\n          image: registry.example/pilot:1\n          env:\n            - name: FORECAST_URL\n              value: http://tides-beta:8080\n`;
    expect(
      parked(OPEN, endpoints(), log(), printed('kubectl get deployment pilot -n harbour -o yaml', pilot)),
    ).to.be.at.least(0.5);
  });

  it('is more where it fetches its work itself, which no service shows', () => {
    const recorded = [PODS, deployments('tides-worker'), endpoints(), log()];
    expect(diagnose(inputOf(OPEN, recorded)).diagnoses[0]).to.include({ kind: 'scaled-to-zero', confidence: 0.5 });
  });

  it('is more where the alert tells of a symptom, or names it', () => {
    expect(
      parked('What is wrong with namespace harbour? No forecast came since noon.', endpoints(), log()),
    ).to.be.at.least(0.5);
    expect(parked('What is wrong with tides-beta in namespace harbour?', endpoints(), log())).to.be.at.least(0.5);
  });

  it('is the cause where the endpoints of that name are listed and a caller is refused', () => {
    const refused =
      '{"level":"error","msg":"server selection timeout, Servers: [{ Addr: tides-mongo:27017, Last error: dial tcp 10.96.24.104:27017: connect: connection refused }]"}';
    const gaveUp = 'ERROR CheckTide failed: rpc error: code = DeadlineExceeded desc = context deadline exceeded';
    const [found, felt] = diagnose(
      inputOf('Why can nobody see the tides in namespace harbour?', [
        PODS,
        deployments('tides-mongo'),
        endpoints('tides-mongo   <none>   9d'),
        log(gaveUp, gaveUp),
        printed('kubectl logs tides-6d5c8b7f9d-4xk2p -n harbour', `${refused}\n${refused}\n`),
      ]),
    ).diagnoses;
    expect(found).to.include({ kind: 'scaled-to-zero', component: 'tides-mongo' });
    expect(found?.confidence).to.be.greaterThan(0.7);
    // Whoever gave up without a word about whom he called only feels it.
    expect(felt).to.include({ kind: 'log-timeout', cause: false });
  });
});
