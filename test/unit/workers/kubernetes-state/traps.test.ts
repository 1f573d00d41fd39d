import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const PODS = 'NAMESPACE   NAME                      READY   STATUS             RESTARTS        AGE';

describe('traps of recorded clusters', () => {
  it('a crashing stranger in a long list is not the cause', () => {
    const list = `${PODS}\nteam        api-6d5c8b7f9d-4xk2p      1/1     Running            0               3d\nother       import-7f6d9c8b5d-zz2xq   0/1     CrashLoopBackOff   812 (2m ago)    9d\n`;
    const { report } = concluded('Show the state of api in namespace team', [printed('kubectl get pods -A', list)]);
    expect(report.verdict).to.equal('healthy');
  });

  it('a job that completed is well, and one that failed tells its log', () => {
    const pods =
      'NAME                     READY   STATUS      RESTARTS   AGE\nreport-x4k2p             0/1     Completed   0          1h\n';
    const job = 'NAME     STATUS     COMPLETIONS   DURATION   AGE\nreport   Complete   1/1           9s         1h\n';
    const done = concluded('Is the job report in namespace team done?', [
      printed('kubectl get pods -n team', pods),
      printed('kubectl get jobs -n team', job),
    ]);
    expect(done.report.verdict).to.equal('healthy');
    const failed = concluded('Why did the job report fail?', [
      printed('kubectl get pods -n team', pods.replace('Completed', 'Error    ')),
      printed('kubectl get jobs -n team', job.replace('Complete  ', 'Failed    ').replace('1/1', '0/1')),
      printed('kubectl logs report-x4k2p -n team', 'loading\nKeyError: "REPORT_BUCKET"\n'),
    ]);
    expect(failed.report.rootCause.statement).to.include('REPORT_BUCKET');
  });

  it('an old warning about a pod that is ready is over', () => {
    const pods =
      'NAME                      READY   STATUS    RESTARTS   AGE\napi-6d5c8b7f9d-4xk2p      1/1     Running   0          3d\n';
    const events =
      'LAST SEEN   TYPE      REASON      OBJECT                      MESSAGE\n58m         Warning   Unhealthy   pod/api-6d5c8b7f9d-4xk2p    Readiness probe failed: HTTP probe failed with statuscode: 503\n';
    const { report } = concluded('Is the pod of api in namespace team ready?', [
      printed('kubectl get pods -n team', pods),
      printed('kubectl get events -n team', events),
    ]);
    expect(report.verdict).to.equal('healthy');
  });

  it('nothing seen is not healthy', () => {
    const { report } = concluded('Is the deployment api well?', [
      printed('kubectl get deployment api -n team', 'Error from server (NotFound): deployments.apps "api" not found'),
    ]);
    expect(report.verdict).to.equal('inconclusive');
  });

  it('log lines that only sound like trouble are none', () => {
    const log = [
      'INFO handled 12 requests, errors=0',
      'INFO retry succeeded',
      'GET /error-page.html 200',
      'level=info msg="no errors found"',
      'WARNING: This is a development server.',
    ].join('\n');
    const pods =
      'NAME                      READY   STATUS    RESTARTS   AGE\napi-6d5c8b7f9d-4xk2p      1/1     Running   0          3d\n';
    const { report } = concluded('Fetch the logs of api in namespace team', [
      printed('kubectl get pods -n team', pods),
      printed('kubectl logs api-6d5c8b7f9d-4xk2p -n team', log),
    ]);
    expect(report.verdict).to.equal('healthy');
  });

  it('a stranger in the same namespace counts when users see a symptom, and the callee explains the caller', () => {
    const pods =
      'NAME                      READY   STATUS             RESTARTS       AGE   IP           NODE\nweb-6d5c8b7f9d-4xk2p      1/1     Running            0              3d    10.42.0.3    n1\nstock-7f6d9c8b5d-zz2xq    0/1     CrashLoopBackOff   12 (2m ago)    1h    10.42.0.4    n1\n';
    const log = '2031-04-02T10:30:00Z ERROR GET http://stock:8080/items failed: connect ECONNREFUSED 10.42.0.4:8080\n';
    const stock = 'panic: config: STOCK_TABLE must be set\n\ngoroutine 1 [running]:\n';
    const { report } = concluded('web answers with errors (namespace team)', [
      printed('kubectl get pods -n team -o wide', pods),
      printed('kubectl logs web-6d5c8b7f9d-4xk2p -n team', log),
      printed('kubectl logs stock-7f6d9c8b5d-zz2xq -n team --previous', stock),
    ]);
    expect(report.rootCause.statement).to.include('STOCK_TABLE');
    expect(report.rootCause.component).to.equal('stock');
  });
});
