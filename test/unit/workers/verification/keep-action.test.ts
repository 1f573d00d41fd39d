import { expect } from 'chai';
import type { Alert } from '../../../../src/shared/alert.ts';
import type { Action, Evidence, Report } from '../../../../src/shared/report.ts';
import { verifyReport } from '../../../../src/workers/verify-report.ts';
import { alert, certificate, container, pod, pods } from '../../../support/evidence-fixtures.ts';

const POD = 'user-service-7d9f8c6b5-x2x4z';
const OTHER = 'billing-5c7d8f9b6-k4m8q';
const podOf = (name: string, namespace = 'shop') => pod(name, [container({ name: 'app' })], { namespace });
const ONE = [pods(1, [podOf(POD), podOf(OTHER, 'finance')])];
const TWO = [pods(1, [podOf(POD), podOf('user-service-7d9f8c6b5-b7c8d')])];
const ALERT = alert('user-service is down', { service: 'user-service' });

function kept(command: string, evidence: Evidence[] = ONE, alerts: Alert[] = [ALERT]): [Action | undefined, string[]] {
  const report: Report = {
    tier: 'llm',
    verdict: 'inconclusive',
    class: 'application',
    rootCause: { statement: 'The cause is not known', component: null, confidence: 0.2, evidence: [] },
    hypotheses: [],
    timeline: [],
    immediateActions: [{ title: 'Do it', command, risk: null }],
    prevention: [],
    metrics: [],
    couldNotCheck: [],
  };
  const { report: left, struck } = verifyReport(report, evidence, alerts);
  expect(verifyReport(left, evidence, alerts), 'the second time').to.deep.equal({ report: left, struck: [] });
  return [left.immediateActions[0], struck];
}
const shown = (command: string, evidence?: Evidence[], alerts?: Alert[]) => kept(command, evidence, alerts)[0]?.command;

describe('a command that is kept', () => {
  for (const [given, line] of [
    ['# look first\nkubectl get nodes', 'kubectl get nodes'],
    ['\r\nkubectl get nodes\r\n# that is all', 'kubectl get nodes'],
    ['# look first\u2028kubectl get nodes\u2029', 'kubectl get nodes'],
    ['# look first\u000bkubectl get nodes', 'kubectl get nodes'],
    ['kubectl get pods \\\n  --namespace shop', 'kubectl get pods    --namespace shop'],
    ['# a comment goes on nowhere \\\nkubectl get nodes', 'kubectl get nodes'],
  ] as const) {
    it(`is one line: ${JSON.stringify(given)}`, () => expect(shown(given)).to.equal(line));
  }

  for (const lines of [
    'kubectl get nodes\nkubectl get pods',
    'kubectl get nodes\rkubectl get pods',
    'kubectl get nodes\u2028kubectl get pods',
    'kubectl get nodes\u2029kubectl get pods',
    'kubectl get nodes\u000bkubectl get pods',
    'kubectl get nodes\u0085kubectl get pods',
    'psql -c "SELECT 1\nFROM users"',
    '# only words',
  ]) {
    it(`is struck where it is no single line: ${JSON.stringify(lines)}`, () => {
      const [action, struck] = kept(lines);
      expect(action).to.equal(undefined);
      expect(struck).to.deep.equal(['action: "Do it" is not shown because its command is not one line']);
    });
  }

  for (const [given, filled] of [
    ['kubectl describe pod <pod-name> -n <namespace>', `kubectl describe pod ${POD} -n shop`],
    ['kubectl describe pod POD_NAME --namespace=NAMESPACE', `kubectl describe pod ${POD} --namespace=shop`],
    ['kubectl logs $POD -n "$NAMESPACE" -c <container>', `kubectl logs ${POD} -n "shop" -c app`],
    ['kubectl get pods -n {{ns}}', 'kubectl get pods -n shop'],
    [`kubectl get pods -n \${NAMESPACE}`, 'kubectl get pods -n shop'],
    ['kubectl get pods -n your-namespace', 'kubectl get pods -n shop'],
    ['kubectl get pods -n xxx', 'kubectl get pods -n shop'],
    ['kubectl -n <ns> rollout status deployment/<name>', 'kubectl -n shop rollout status deployment/user-service'],
    ['kubectl logs user-service-xxxxx-yyyyy -n shop', `kubectl logs ${POD} -n shop`],
    ['kubectl get pods -n shop -l app=<service-name>', 'kubectl get pods -n shop -l app=user-service'],
    ['dig +short <service>.<namespace>.svc.cluster.local', 'dig +short user-service.shop.svc.cluster.local'],
  ] as const) {
    it(`has the only name that there is: ${given}`, () => expect(shown(given)).to.equal(filled));
  }

  it('has the host that was looked at', () => {
    expect(shown('openssl s_client -connect <host>:443', [certificate(1, { host: 'api.example.com' })])).to.equal(
      'openssl s_client -connect api.example.com:443',
    );
  });

  for (const [command, open] of [
    ['kubectl logs <pod-name> -n shop', 'POD_NAME'],
    ['kubectl scale deployment/user-service --replicas=<count>', 'COUNT'],
    ['psql -h <host> -c "SELECT 1"', 'HOST'],
    ['ping <node-ip>', 'NODE_IP'],
    ['kubectl logs user-service-xxxxx -n shop', 'USER_SERVICE_XXXXX'],
    ['kubectl get pods -n shop ...', 'a name'],
    ['kubectl delete pod POD_NAME -n shop', 'POD_NAME'],
  ] as const) {
    it(`is struck where a name stays open, and its title stays: ${command}`, () => {
      const [action, struck] = kept(command, TWO);
      expect(action).to.deep.include({ title: 'Do it', command: null });
      expect(struck).to.have.length(1);
      expect(struck[0]).to.contain(`it leaves ${open} open`);
    });
  }

  it('takes no name from an alert that the evidence contradicts', () => {
    const lying = alert('user-service is down', { service: 'user-service', namespace: 'kube-system' });
    expect(shown('kubectl get pods -n <namespace>', ONE, [lying])).to.equal(null);
  });

  for (const name of ['shop; rm -rf /', '$(reboot)', '--all', '`reboot`', 'shop\nreboot', '<namespace>']) {
    it(`takes nothing for a name that is none: ${JSON.stringify(name)}`, () => {
      const lies = [pods(1, [podOf(POD, name)])];
      const labelled = alert('user-service is down', {
        service: 'user-service',
        labels: { namespace: name, pod: name },
      });
      expect(shown('kubectl get pods -n <namespace>', lies, [labelled])).to.equal(null);
      expect(shown('kubectl get pods -n <namespace>', ONE, [labelled])).to.equal('kubectl get pods -n shop');
    });
  }

  it('destroys nothing, whatever its names stand for', () => {
    for (const command of ['kubectl delete namespace <namespace>', 'rm -rf <pod-name>', 'cat </etc/passwd'])
      expect(kept(command)[0]).to.equal(undefined);
  });

  for (const command of [
    'kubectl get pods -n shop -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName',
    "kubectl get pods -n shop -o go-template='{{range .items}}{{.metadata.name}}{{end}}'",
    "kubectl get pods -n shop -o jsonpath='{range .items[*]}{.spec.nodeName}{end}'",
    'kubectl get configmap a -n shop -o jsonpath={.data.DB_HOST}',
    'kubectl set env deployment/a -n shop DATABASE_URL=postgres://db/shop',
    'kubectl logs a -n shop | grep NAMESPACE',
    'psql -c "SELECT TABLE_NAME FROM information_schema.tables WHERE a <> 1"',
    `mongosh --quiet --eval 'db.currentOp({ secs_running: { $gt: 1 } })'`,
    'redis-cli CLIENT ID',
    'redis-cli -h cache -a "$REDIS_PASSWORD" info memory',
    "ps aux | awk '{ print $NF }'",
    'NAMESPACE=shop kubectl get pods',
    'curl -X POST https://api.example.com/reload',
  ]) {
    it(`stays as it is: ${command}`, () => expect(shown(command)).to.equal(command));
  }

  it('may name what is really called so', () => {
    const real = [pods(1, [podOf('your-app-0', 'your-namespace')])];
    expect(shown('kubectl logs your-app-0 -n your-namespace', real)).to.equal(
      'kubectl logs your-app-0 -n your-namespace',
    );
  });
});
