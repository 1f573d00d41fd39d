import { expect } from 'chai';
import fc from 'fast-check';
import { readCommand } from '../../../../src/workers/kubernetes-state/read/read-command.ts';
import { concluded, printed } from './conclude-evidence.ts';

const POD = 'api-6d5c8b7f9d-4xk2p';
const MESSAGE = 'MountVolume.SetUp failed for volume "cfg" : configmap "api-settings" not found';
const PODS = `NAME                   READY   STATUS              RESTARTS   AGE\n${POD}   0/1     ContainerCreating   0          6m\n`;
const ROW = `2m          Warning   FailedMount   pod/${POD}   ${MESSAGE}\n`;
const DESCRIBED = `  Warning  FailedMount  61s (x5 over 4m)  kubelet  ${MESSAGE}\n`;

/** The same event as people paste it. */
const FORMS: [what: string, command: string, output: string][] = [
  ['rows without a header', 'kubectl get events -n team | grep api', ROW],
  ['rows of all namespaces without a header', 'kubectl get events -A | grep api', `team   ${ROW}`],
  [
    'kubectl events without a header',
    'kubectl events -n team | tail -1',
    `2m (x9 over 6m)   Warning   FailedMount   Pod/${POD}   ${MESSAGE}\n`,
  ],
  ['the end of a page', `kubectl describe pod ${POD} -n team | tail -1`, DESCRIBED],
  ['a page from its events on', `kubectl describe pod ${POD} -n team | grep -A3 Events`, `Events:\n${DESCRIBED}`],
  [
    'columns of one’s own',
    'kubectl get events -n team -o custom-columns=WHO:.involvedObject.name,WHAT:.message',
    `WHO                    WHAT\n${POD}   ${MESSAGE}\n`,
  ],
  [
    'members of one’s own',
    'kubectl get events -n team -o jsonpath=\'{range .items[*]}{.involvedObject.name}{"\\t"}{.message}{"\\n"}{end}\'',
    `${POD}\t${MESSAGE}\n`,
  ],
];

const objectsOf = (command: string, output: string) => readCommand(command, output).objects;

describe('texts of kubectl that a pipe cut', () => {
  for (const [what, command, output] of FORMS)
    it(`an event tells the same as ${what}`, () => {
      const { report } = concluded('api does not start', [
        printed('kubectl get pods -n team', PODS),
        printed(command, output),
      ]);
      expect(report.rootCause.statement).to.include('api-settings');
      expect(report.rootCause.component).to.equal('api');
    });

  it('a member by its path, and a piece of a document, are parts of the object that was asked for', () => {
    const path = "kubectl get deploy api -n team -o jsonpath='{.spec.template.spec.containers[0].readinessProbe}'";
    expect(objectsOf(path, '{"httpGet":{"path":"/up","port":80}}')[0]).to.nested.include({
      kind: 'Deployment',
      'metadata.name': 'api',
      'spec.template.spec.containers[0].readinessProbe.httpGet.path': '/up',
    });
    const piece = '      dnsPolicy: None\n      restartPolicy: Always\n';
    expect(objectsOf('kubectl get deploy api -n team -o yaml | grep dns', piece)[0]).to.nested.include({
      'spec.template.spec.dnsPolicy': 'None',
    });
    expect(objectsOf('kubectl get svc api -n team -o jsonpath={.spec.selector}', '{"app":"api"}')[0]).to.nested.include(
      { kind: 'Service', 'spec.selector.app': 'api' },
    );
  });

  it('a refusal that stands in a condition is told', () => {
    const { report } = concluded('rollout of api hangs', [
      printed(
        'kubectl get deploy -n team',
        'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\napi    1/1     0            1           3d\n',
      ),
      printed(
        "kubectl get deploy api -n team -o jsonpath='{range .status.conditions[*]}{.type}={.message}{end}'",
        'ReplicaFailure=pods "api-5f" is forbidden: exceeded quota: team-quota, requested: pods=1, used: pods=9, limited: pods=9\n',
      ),
      printed(
        'kubectl rollout status deploy/api -n team',
        'Waiting for deployment "api" rollout to finish: 0 out of 1 new replicas have been updated...\nerror: deployment "api" exceeded its progress deadline\n',
      ),
    ]);
    expect(report.rootCause.statement).to.include('team-quota').and.to.include('exceeded');
    expect(report.class).to.equal('resource');
  });

  it('what a pipe cut off leaves what is known as it is', () => {
    const { report } = concluded('why does the cron job clean not run?', [
      printed(
        'kubectl get cronjob -n team',
        'NAME    SCHEDULE    TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE\nclean   0 2 * * *   <none>     True      0        12d             80d\n',
      ),
      printed('kubectl describe cronjob clean -n team | grep Schedule', 'Schedule:  0 2 * * *\n'),
    ]);
    expect(report.rootCause.statement).to.include('suspended');
  });

  it('variables that a shell in the container printed are those of the container', () => {
    const { report } = concluded('api shows no prices', [
      printed('kubectl get pods -n team', PODS.replace('0/1     ContainerCreating', '1/1     Running          ')),
      printed(
        'kubectl get svc -n team',
        'NAME     TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\nprices   ClusterIP   10.0.0.7     <none>        80/TCP    3d\n',
      ),
      printed(`kubectl exec ${POD} -n team -- env`, 'PATH=/bin\nPRICES_URL=http://pricse:80\n'),
    ]);
    expect(report.rootCause.statement).to.include('pricse');
  });

  it('any piece of a page speaks of its own object only', () => {
    const page = [
      'Roles:              <none>',
      'Taints:             disk:NoSchedule',
      'Conditions:',
      '  Type             Status  Reason   Message',
      '  MemoryPressure   False   KubeletHasSufficientMemory   ok',
      '  DiskPressure     True    KubeletHasDiskPressure       full',
      'Allocatable:',
      '  cpu:  4',
      'Events:',
      '  Normal  Starting  3m  kubelet  Starting kubelet.',
    ];
    fc.assert(
      fc.property(fc.nat(page.length), fc.nat(page.length), (from, length) => {
        const text = page.slice(from, from + length).join('\n');
        const { objects, events } = readCommand('kubectl describe node n1 | sed -n 4,9p', text);
        for (const object of objects) expect(object).to.nested.include({ kind: 'Node', 'metadata.name': 'n1' });
        for (const event of events) expect(event.name).to.equal('n1');
      }),
    );
  });
});
