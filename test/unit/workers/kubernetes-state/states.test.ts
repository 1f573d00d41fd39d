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

const ALERT = 'api in namespace team fails';
const pods = (...rows: string[]): [string, string] => [
  'kubectl get pods -n team',
  `NAME                    READY   STATUS    RESTARTS   AGE\n${rows.join('\n')}\n`,
];
const READY = pods('api-6d5c8b7f9d-4xk2p    1/1     Running   0          3d');
const events = (...rows: string[]): [string, string] => [
  'kubectl get events -n team',
  `LAST SEEN   TYPE      REASON      OBJECT                     MESSAGE\n${rows.join('\n')}\n`,
];
const yaml = (command: string, text: string): [string, string] => [command, text];
const service = (selector: string, port: number | string): [string, string] =>
  yaml(
    'kubectl get svc api -n team -o yaml',
    `apiVersion: v1\nkind: Service\nmetadata:\n  name: api\n  namespace: team\nspec:\n  clusterIP: 10.96.0.9\n  ports:\n  - port: 80\n    targetPort: ${port}\n  selector:\n    app: ${selector}\n`,
  );
const pod = (lines = ''): [string, string] =>
  yaml(
    'kubectl get pods -n team -o yaml',
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: api-6d5c8b7f9d-4xk2p\n  namespace: team\n  labels:\n    app: api\nspec:\n${lines}  containers:\n  - name: api\n    image: api:1\n    ports:\n    - containerPort: 8080\nstatus:\n  phase: Running\n  conditions:\n  - type: Ready\n    status: "True"\n`,
  );
const services = (...names: string[]): [string, string] => [
  'kubectl get svc -n team',
  `NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\n${names.map((own) => `${own.padEnd(6)} ClusterIP   10.96.0.7    <none>        80/TCP    3d`).join('\n')}\n`,
];
const deployment = (body: string): [string, string] =>
  yaml(
    'kubectl get deploy api -n team -o yaml',
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\n  namespace: team\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: api\n  template:\n    metadata:\n      labels:\n        app: api\n    spec:\n${body}status:\n  replicas: 2\n  readyReplicas: 2\n  updatedReplicas: 2\n  availableReplicas: 2\n`,
  );
/** A Deployment that KEDA has scaled to zero, and what its events tell. */
const IDLE: [string, string] = [
  'kubectl get deploy -n team',
  'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\napi    0/0     0            0           3d\n',
];
const kedaEvents = (line: string): [string, string] => [
  'kubectl get events -n team',
  `LAST SEEN   TYPE      REASON                       OBJECT             MESSAGE\n2m          Normal    KEDAScaleTargetDeactivated   scaledobject/api   Deactivated apps/v1.Deployment team/api from 2 to 0\n1m          ${line}\n`,
];
const CONTAINER = '      containers:\n      - name: api\n        image: api:1\n';

const SERVICE_ROW =
  'NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE   SELECTOR\napi    ClusterIP   10.96.0.9    <none>        80/TCP    3d    app=api\n';

/** What k8sgpt's analyzers cover, kind by kind, and what they miss; each with the same object in good health. */
const STATES: State[] = [
  {
    of: 'a Pod that crashes',
    says: /crashes again and again/,
    faulty: [pods('api-6d5c8b7f9d-4xk2p    0/1     CrashLoopBackOff   9 (1m ago)   3d')],
    well: [READY],
  },
  {
    of: 'a Pod that runs between two crashes',
    says: /crashes again and again/,
    faulty: [pods('api-6d5c8b7f9d-4xk2p    1/1     Running   9 (1m ago)   3d')],
    well: [pods('api-6d5c8b7f9d-4xk2p    1/1     Running   9 (2d ago)   3d')],
  },
  {
    of: 'a Pod of which only events tell',
    says: /cannot be pulled/,
    faulty: [
      events(
        '9s          Warning   Failed      pod/api-6d5c8b7f9d-4xk2p   Failed to pull image "api:9": manifest unknown',
      ),
    ],
    well: [events('9s          Normal    Pulled      pod/api-6d5c8b7f9d-4xk2p   Successfully pulled image')],
  },
  {
    of: 'a Deployment that is stuck',
    says: /rollout of deployment api is stuck/,
    faulty: [
      [
        'kubectl describe deploy api -n team',
        'Name:                   api\nNamespace:              team\nSelector:               app=api\nReplicas:               2 desired | 1 updated | 3 total | 2 available | 1 unavailable\nStrategyType:           RollingUpdate\nConditions:\n  Type           Status  Reason\n  ----           ------  ------\n  Progressing    False   ProgressDeadlineExceeded\nNewReplicaSet:   api-6d5c8b7f9d (1/1 replicas created)\n',
      ],
      pods('api-6d5c8b7f9d-4xk2p    0/1     Running   0          9m'),
    ],
    well: [
      [
        'kubectl get deploy api -n team',
        'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\napi    2/2     2            2           3d\n',
      ],
    ],
  },
  {
    of: 'a Deployment that is paused',
    says: /is paused/,
    faulty: [
      yaml(
        'kubectl get deploy api -n team -o yaml',
        'kind: Deployment\nmetadata:\n  name: api\n  namespace: team\nspec:\n  paused: true\n  replicas: 2\nstatus:\n  replicas: 2\n  readyReplicas: 2\n  updatedReplicas: 0\n',
      ),
    ],
    well: [deployment(CONTAINER)],
  },
  {
    of: 'a Deployment without replicas',
    says: /scaled to zero/,
    faulty: [
      [
        'kubectl get deploy -n team',
        'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\napi    0/0     0            0           3d\n',
      ],
      services('api'),
    ],
    well: [
      [
        'kubectl get deploy -n team',
        'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\napi    2/2     2            2           3d\n',
      ],
      services('api'),
    ],
  },
  {
    of: 'a Deployment without replicas whose KEDA scaler fails',
    says: /scaled to zero/,
    faulty: [
      IDLE,
      services('api'),
      kedaEvents('Warning   KEDAScalerFailed             scaledobject/api   no such host'),
    ],
    well: [
      IDLE,
      services('api'),
      kedaEvents('Normal    ScalingReplicaSet            deployment/api     Scaled down replica set api-1 from 2 to 0'),
    ],
  },
  {
    of: 'a ReplicaSet that is refused its pods',
    says: /cannot be created \(FailedCreate\)/,
    faulty: [
      [
        'kubectl describe rs api-6d5c8b7f9d -n team',
        'Name:           api-6d5c8b7f9d\nNamespace:      team\nReplicas:       0 current / 1 desired\nPods Status:    0 Running / 0 Waiting / 0 Succeeded / 0 Failed\nPod Template:\n  Labels:  app=api\nEvents:\n  Type     Reason        Age   From                   Message\n  ----     ------        ----  ----                   -------\n  Warning  FailedCreate  9s    replicaset-controller  Error creating: pods "api-1" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false\n',
      ],
    ],
    well: [
      [
        'kubectl get rs -n team',
        'NAME             DESIRED   CURRENT   READY   AGE\napi-6d5c8b7f9d   1         1         1       3d\n',
      ],
    ],
  },
  {
    of: 'a StatefulSet that lacks pods',
    says: /has 1 of 3 desired replicas ready/,
    faulty: [['kubectl get sts -n team', 'NAME   READY   AGE\napi    1/3     3d\n']],
    well: [['kubectl get sts -n team', 'NAME   READY   AGE\napi    3/3     3d\n']],
  },
  {
    of: 'a DaemonSet that lacks pods',
    says: /has 2 of 4 desired replicas ready/,
    faulty: [
      [
        'kubectl get ds -n team',
        'NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE\napi    4         4         2       4            2           <none>          9d\n',
      ],
    ],
    well: [
      [
        'kubectl get ds -n team',
        'NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE\napi    4         4         4       4            4           <none>          9d\n',
      ],
    ],
  },
  {
    of: 'a Job that failed',
    says: /Job api failed \(BackoffLimitExceeded\)/,
    faulty: [
      events('9m          Warning   BackoffLimitExceeded   job/api   Job has reached the specified backoff limit'),
      [
        'kubectl get jobs -n team',
        'NAME   STATUS   COMPLETIONS   DURATION   AGE\napi    Failed   0/1           9m         9m\n',
      ],
    ],
    well: [
      [
        'kubectl get jobs -n team',
        'NAME   STATUS     COMPLETIONS   DURATION   AGE\napi    Complete   1/1           9s         9m\n',
      ],
      pods('api-4xk2p    0/1     Error       0   9m', 'api-9zzqv    0/1     Completed   0   8m'),
    ],
  },
  {
    of: 'a CronJob that cannot run',
    says: /CronJob api has the schedule/,
    faulty: [
      [
        'kubectl get cj -n team',
        'NAME   SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE\napi    61 * * * *    <none>     False     0        <none>          9d\n',
      ],
    ],
    well: [
      [
        'kubectl get cj -n team',
        'NAME   SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE\napi    */5 * * * *   <none>     False     0        2m              9d\n',
      ],
    ],
  },
  {
    of: 'a Service whose selector fits nothing',
    says: /matches no pod/,
    faulty: [service('apis', 8080), pod()],
    well: [service('api', 8080), pod()],
  },
  {
    of: 'a Service with a wrong target port',
    says: /target port mismatch/,
    faulty: [service('api', 9090), pod()],
    well: [service('api', 8080), pod()],
  },
  {
    of: 'a Service whose endpoints have a port that its pods do not',
    says: /targetPort 9090, but the containers listen on containerPort 8080/,
    faulty: [
      ['kubectl get svc -n team -o wide', SERVICE_ROW],
      ['kubectl get endpoints -n team', 'NAME   ENDPOINTS        AGE\napi    10.42.0.3:9090   3d\n'],
      pod(),
    ],
    well: [
      ['kubectl get svc -n team -o wide', SERVICE_ROW],
      ['kubectl get endpoints -n team', 'NAME   ENDPOINTS        AGE\napi    10.42.0.3:8080   3d\n'],
      pod(),
    ],
  },
  {
    of: 'a Service without slices of endpoints',
    says: /matches no pod/,
    faulty: [
      service('apis', 8080),
      [
        'kubectl get endpointslices -n team',
        'NAME        ADDRESSTYPE   PORTS     ENDPOINTS   AGE\napi-x7k2p   IPv4          <unset>   <unset>     3d\n',
      ],
    ],
    well: [
      service('api', 8080),
      pod(),
      [
        'kubectl get endpointslices -n team',
        'NAME        ADDRESSTYPE   PORTS   ENDPOINTS   AGE\napi-x7k2p   IPv4          8080    10.42.0.3   3d\n',
      ],
    ],
  },
  {
    of: 'an Ingress that leads nowhere',
    says: /sends requests to Service apis, which does not exist/,
    faulty: [
      services('api'),
      yaml(
        'kubectl get ingress -n team -o yaml',
        'kind: Ingress\nmetadata:\n  name: api\n  namespace: team\nspec:\n  rules:\n  - http:\n      paths:\n      - path: /\n        backend:\n          service:\n            name: apis\n            port:\n              number: 80\n',
      ),
    ],
    well: [
      services('api'),
      yaml(
        'kubectl get ingress -n team -o yaml',
        'kind: Ingress\nmetadata:\n  name: api\n  namespace: team\nspec:\n  rules:\n  - http:\n      paths:\n      - path: /\n        backend:\n          service:\n            name: api\n            port:\n              number: 80\n',
      ),
    ],
  },
  {
    of: 'a PersistentVolumeClaim that is not bound',
    says: /PVC\) api-data is Pending/,
    faulty: [
      [
        'kubectl get pvc -n team',
        'NAME       STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   AGE\napi-data   Pending                                      fast           9m\n',
      ],
    ],
    well: [
      [
        'kubectl get pvc -n team',
        'NAME       STATUS   VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   AGE\napi-data   Bound    pv-1     1Gi        RWO            fast           9m\n',
      ],
    ],
  },
  {
    of: 'a Node that is not ready',
    says: /Node n1 is NotReady/,
    faulty: [
      [
        'kubectl get nodes',
        'NAME   STATUS                        ROLES    AGE   VERSION\nn1     NotReady,SchedulingDisabled   <none>   41d   v1.33.1\n',
      ],
    ],
    well: [['kubectl get nodes', 'NAME   STATUS   ROLES    AGE   VERSION\nn1     Ready    <none>   41d   v1.33.1\n']],
  },
  {
    of: 'an autoscaler without metrics',
    says: /HPA\) api does not scale/,
    faulty: [
      [
        'kubectl get hpa -n team',
        'NAME   REFERENCE        TARGETS              MINPODS   MAXPODS   REPLICAS   AGE\napi    Deployment/api   cpu: <unknown>/60%   2         10        2          3d\n',
      ],
    ],
    well: [
      [
        'kubectl get hpa -n team',
        'NAME   REFERENCE        TARGETS        MINPODS   MAXPODS   REPLICAS   AGE\napi    Deployment/api   cpu: 41%/60%   2         10        2          3d\n',
      ],
    ],
  },
  {
    of: 'a PodDisruptionBudget that allows nothing',
    says: /PDB\) api allows 0 disruptions/,
    alert: 'The drain of node n1 hangs',
    faulty: [
      [
        'kubectl get pdb -n team',
        'NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE\napi    2               N/A               0                     3d\n',
      ],
    ],
    well: [
      [
        'kubectl get pdb -n team',
        'NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE\napi    1               N/A               1                     3d\n',
      ],
    ],
  },
  {
    of: 'a NetworkPolicy that isolates',
    says: /isolates api/,
    alert: 'Connections to api in namespace team time out',
    faulty: [
      pod(),
      yaml(
        'kubectl get netpol -n team -o yaml',
        'kind: NetworkPolicy\nmetadata:\n  name: deny\n  namespace: team\nspec:\n  podSelector:\n    matchLabels:\n      app: api\n  policyTypes:\n  - Ingress\n',
      ),
    ],
    well: [
      pod(),
      yaml(
        'kubectl get netpol -n team -o yaml',
        'kind: NetworkPolicy\nmetadata:\n  name: allow\n  namespace: team\nspec:\n  podSelector:\n    matchLabels:\n      app: api\n  ingress:\n  - {}\n  policyTypes:\n  - Ingress\n',
      ),
    ],
  },
  {
    of: 'a NetworkPolicy of which a table tells, at which callers time out',
    says: /isolates api/,
    alert: 'web in namespace team fails',
    faulty: [
      pod(),
      ['kubectl get netpol -n team', 'NAME   POD-SELECTOR   AGE\ndeny   app=api        5m\n'],
      ['kubectl logs web-7f6d9c8b5d-zz2xq -n team', 'ERROR GET http://api:80/ failed: i/o timeout\n'],
    ],
    well: [
      pod(),
      ['kubectl get netpol -n team', 'NAME   POD-SELECTOR   AGE\ndeny   app=api        5m\n'],
      ['kubectl logs web-7f6d9c8b5d-zz2xq -n team', 'INFO GET http://api:80/ 200\n'],
    ],
  },
  {
    of: 'a ConfigMap that is missing',
    says: /ConfigMap api-settings.*(?:does not exist|not found)/,
    faulty: [
      deployment(
        '      containers:\n      - name: api\n        image: api:1\n        envFrom:\n        - configMapRef:\n            name: api-settings\n',
      ),
      ['kubectl get cm -n team', 'NAME               DATA   AGE\nkube-root-ca.crt   1      3d\n'],
    ],
    well: [
      deployment(
        '      containers:\n      - name: api\n        image: api:1\n        envFrom:\n        - configMapRef:\n            name: api-settings\n',
      ),
      ['kubectl get cm -n team', 'NAME               DATA   AGE\napi-settings       3      3d\n'],
    ],
  },
  {
    of: 'a Secret that is missing',
    says: /Secret api-key.*(?:does not exist|not found)/,
    faulty: [
      pods('api-6d5c8b7f9d-4xk2p    0/1     CreateContainerConfigError   0   9m'),
      events('9s          Warning   Failed      pod/api-6d5c8b7f9d-4xk2p   Error: secret "api-key" not found'),
    ],
    well: [READY, events('9s          Normal    Created     pod/api-6d5c8b7f9d-4xk2p   Created container api')],
  },
  {
    of: 'a webhook whose service is gone',
    says: /admission webhook check\.team\.example .* cannot be called/,
    faulty: [
      services('api'),
      yaml(
        'kubectl get validatingwebhookconfiguration -o yaml',
        'kind: ValidatingWebhookConfiguration\nmetadata:\n  name: check\nwebhooks:\n- name: check.team.example\n  failurePolicy: Fail\n  clientConfig:\n    service:\n      name: checker\n      namespace: team\n',
      ),
    ],
    well: [
      services('checker'),
      yaml(
        'kubectl get validatingwebhookconfiguration -o yaml',
        'kind: ValidatingWebhookConfiguration\nmetadata:\n  name: check\nwebhooks:\n- name: check.team.example\n  failurePolicy: Fail\n  clientConfig:\n    service:\n      name: checker\n      namespace: team\n',
      ),
    ],
  },
  {
    of: 'a Gateway route that is not accepted',
    says: /HTTPRoute api does not work: its condition Accepted is False/,
    faulty: [
      yaml(
        'kubectl get httproute -n team -o yaml',
        'kind: HTTPRoute\nmetadata:\n  name: api\n  namespace: team\nspec:\n  parentRefs:\n  - name: public\nstatus:\n  parents:\n  - conditions:\n    - type: Accepted\n      status: "False"\n      reason: NotAllowedByListeners\n      message: No listeners allow this route\n',
      ),
    ],
    well: [
      yaml(
        'kubectl get httproute -n team -o yaml',
        'kind: HTTPRoute\nmetadata:\n  name: api\n  namespace: team\nspec:\n  parentRefs:\n  - name: public\nstatus:\n  parents:\n  - conditions:\n    - type: Accepted\n      status: "True"\n      reason: Accepted\n',
      ),
    ],
  },
  {
    of: 'a quota that is used up',
    says: /ResourceQuota compute is exceeded/,
    faulty: [
      [
        'kubectl get quota -n team',
        'NAME      REQUEST       LIMIT                       AGE\ncompute   pods: 5/5     limits.memory: 1Gi/4Gi      3d\n',
      ],
      [
        'kubectl get deploy -n team',
        'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\napi    1/2     1            1           3d\n',
      ],
    ],
    well: [
      [
        'kubectl get quota -n team',
        'NAME      REQUEST       LIMIT                       AGE\ncompute   pods: 2/5     limits.memory: 1Gi/4Gi      3d\n',
      ],
      [
        'kubectl get deploy -n team',
        'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\napi    2/2     2            2           3d\n',
      ],
    ],
  },
  {
    of: 'a DNS policy that leaves the cluster out',
    says: /wrong DNS policy/,
    faulty: [pod('  dnsPolicy: Default\n')],
    well: [pod('  dnsPolicy: ClusterFirst\n')],
  },
  {
    of: 'a probe of a port on which the program by its own word does not listen',
    says: /asks port 9000, but the program says that it listens on port 3000 \(probe against the wrong port\)/,
    faulty: [
      [
        'kubectl get pods -n team',
        'NAME                   READY   STATUS    RESTARTS   AGE\napi-6d5c8b7f9d-4xk2p   0/1     Running   0          9m\n',
      ],
      [
        'kubectl get events -n team',
        'LAST SEEN   TYPE      REASON      OBJECT                     MESSAGE\n4s          Warning   Unhealthy   pod/api-6d5c8b7f9d-4xk2p   Readiness probe failed: dial tcp 10.42.0.3:9000: connect: connection refused\n',
      ],
      [
        'kubectl logs api-6d5c8b7f9d-4xk2p -n team',
        '{"level":"info","msg":"Server listening at http://0.0.0.0:3000"}\n',
      ],
    ],
    well: [
      READY,
      [
        'kubectl logs api-6d5c8b7f9d-4xk2p -n team',
        '{"level":"info","msg":"Server listening at http://0.0.0.0:3000"}\n',
      ],
    ],
  },
  {
    of: 'a probe against the wrong port',
    says: /probe against the wrong port/,
    faulty: [
      [
        'kubectl describe pod api-6d5c8b7f9d-4xk2p -n team',
        'Name:             api-6d5c8b7f9d-4xk2p\nNamespace:        team\nNode:             n1/10.0.0.1\nStatus:           Running\nContainers:\n  api:\n    Image:          api:1\n    Port:           8080/TCP\n    Ready:          False\n    Readiness:      http-get http://:9090/healthz delay=0s timeout=1s period=5s #success=1 #failure=3\nConditions:\n  Type    Status\n  Ready   False\nQoS Class:        BestEffort\nEvents:\n  Type     Reason     Age   From     Message\n  ----     ------     ----  ----     -------\n  Warning  Unhealthy  2s    kubelet  Readiness probe failed: Get "http://10.42.0.3:9090/healthz": dial tcp 10.42.0.3:9090: connect: connection refused\n',
      ],
    ],
    well: [READY],
  },
  {
    of: 'an address that leads to no service',
    says: /there is no Service stock/,
    faulty: [
      deployment(
        '      containers:\n      - name: api\n        image: api:1\n        env:\n        - name: STOCK_ADDR\n          value: stock:8080\n',
      ),
      services('api'),
    ],
    well: [
      deployment(
        '      containers:\n      - name: api\n        image: api:1\n        env:\n        - name: STOCK_ADDR\n          value: stock:80\n',
      ),
      services('api', 'stock'),
    ],
  },
  {
    of: 'a program that talks to a port which its service does not have',
    says: /talks to stock:8080, but Service stock offers port 80 only/,
    faulty: [services('stock'), ['kubectl logs api-6d5c8b7f9d-4xk2p -n team', 'INFO connecting to stock:8080\n']],
    well: [
      services('stock'),
      [
        'kubectl logs api-6d5c8b7f9d-4xk2p -n team',
        'INFO connecting to stock:80\n{"caller":"web/stock.go:144","msg":"ok"}\n',
      ],
    ],
  },
  {
    of: 'a read-only database',
    says: /read-only and refuses writes/,
    faulty: [
      ['kubectl logs api-6d5c8b7f9d-4xk2p -n team', 'ERROR: cannot execute INSERT in a read-only transaction\n'],
    ],
    well: [['kubectl logs api-6d5c8b7f9d-4xk2p -n team', 'INFO starting read-only replica pool\n']],
  },
  {
    of: 'an exhausted database',
    says: /reached its connection limit/,
    faulty: [['kubectl logs api-6d5c8b7f9d-4xk2p -n team', 'FATAL: sorry, too many clients already\n']],
    well: [['kubectl logs api-6d5c8b7f9d-4xk2p -n team', 'INFO pool size 10 of max 100 connections\n']],
  },
];

describe('states of a cluster', () => {
  for (const { of, says, faulty, well, alert = ALERT } of STATES)
    it(`${of}: is told, and nothing is told of its healthy twin`, () => {
      expect(said(alert, faulty)).to.match(says);
      expect(said(alert, well)).not.to.match(says);
    });
});
