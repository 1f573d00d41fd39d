import { expect } from 'chai';
import { diagnose } from '../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from './conclude-evidence.ts';

type Terminal = [command: string, output: string][];

/** The sentences of all diagnoses that are worth a line. */
function said(alert: string, terminal: Terminal): string {
  const recorded = terminal.map(([command, output]) => printed(command, output));
  return diagnose(inputOf(alert, recorded))
    .diagnoses.filter(({ confidence }) => confidence >= 0.3)
    .map(({ statement }) => statement)
    .join('\n');
}

type State = { of: string; says: RegExp; faulty: Terminal; well: Terminal; alert?: string };

const webhook = (kind: string): Terminal[number] => [
  `kubectl get ${kind.toLowerCase()} -o yaml`,
  `kind: ${kind}\nmetadata:\n  name: check\nwebhooks:\n- name: check.team.example\n  failurePolicy: Fail\n  clientConfig:\n    service:\n      name: guard\n      namespace: team\n`,
];
const guard = (endpoints: string): Terminal => [
  [
    'kubectl get svc -n team',
    'NAME    TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\nguard   ClusterIP   10.96.0.7    <none>        443/TCP   3d\n',
  ],
  ['kubectl get endpoints -n team', `NAME    ENDPOINTS         AGE\nguard   ${endpoints.padEnd(15)}   3d\n`],
];
const GUARD_GONE: Terminal[number] = [
  'kubectl get svc guard -n team',
  'Error from server (NotFound): services "guard" not found\n',
];
const gateway = (status: string, reason: string, message: string): Terminal[number] => [
  'kubectl get gateway api -n team -o yaml',
  `apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: api\n  namespace: team\nspec:\n  gatewayClassName: fast\nstatus:\n  conditions:\n  - type: Accepted\n    status: "True"\n    reason: Accepted\n  - type: Programmed\n    status: "${status}"\n    reason: ${reason}\n    message: ${message}\n`,
];
const scaler = (status: string, reason: string, message: string): Terminal[number] => [
  'kubectl get hpa api -n team -o yaml',
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: api\n  namespace: team\nspec:\n  minReplicas: 2\n  maxReplicas: 8\n  scaleTargetRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: api\nstatus:\n  currentReplicas: 2\n  desiredReplicas: 2\n  conditions:\n  - type: AbleToScale\n    status: "${status}"\n    reason: ${reason}\n    message: ${message}\n`,
];
const cronJob = (suspended: boolean): Terminal[number] => [
  'kubectl get cronjob api-report -n team -o yaml',
  `apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: api-report\n  namespace: team\nspec:\n  schedule: "0 * * * *"\n  suspend: ${suspended}\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          containers:\n          - name: report\n            image: report:1\n`,
];

/** Objects that serve the workloads of a cluster; each in trouble, and the same object in good health. */
const STATES: State[] = [
  {
    of: 'a mutating webhook whose Service is gone',
    says: /admission webhook check\.team\.example \(MutatingWebhookConfiguration check\) cannot be called: its Service guard does not exist/,
    faulty: [webhook('MutatingWebhookConfiguration'), GUARD_GONE],
    well: [webhook('MutatingWebhookConfiguration'), ...guard('10.244.1.7:8443')],
  },
  {
    of: 'a webhook whose Service has no endpoints',
    says: /admission webhook check\.team\.example .* cannot be called: its Service guard has no endpoints/,
    faulty: [webhook('ValidatingWebhookConfiguration'), ...guard('<none>')],
    well: [webhook('ValidatingWebhookConfiguration'), ...guard('10.244.1.7:8443')],
  },
  {
    of: 'a Gateway that is not programmed',
    says: /Gateway api does not work: its condition Programmed is False \(AddressNotAssigned\)/,
    faulty: [gateway('False', 'AddressNotAssigned', 'no address could be assigned')],
    well: [gateway('True', 'Programmed', 'the gateway is programmed')],
  },
  {
    of: 'an autoscaler whose target is gone',
    says: /\(HPA\) api cannot scale: its target Deployment api does not exist/,
    faulty: [scaler('False', 'FailedGetScale', 'deployments.apps "api" not found')],
    well: [scaler('True', 'ReadyForNewScale', 'recommended size matches current size')],
  },
  {
    of: 'a CronJob that is suspended',
    says: /CronJob api-report is suspended, so it starts no jobs/,
    alert: 'api-report in namespace team made no report',
    faulty: [cronJob(true)],
    well: [cronJob(false)],
  },
];

describe('objects that serve a cluster', () => {
  for (const { of, says, faulty, well, alert = 'api in namespace team fails' } of STATES)
    it(`tell ${of}, and nothing in good health`, () => {
      expect(said(alert, faulty)).to.match(says);
      expect(said(alert, well)).to.equal('');
    });
});
