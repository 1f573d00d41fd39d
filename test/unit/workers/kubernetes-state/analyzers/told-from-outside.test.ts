import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, manifests, printed } from '../conclude-evidence.ts';

const POD = 'web-7f6d9c8b5d-zz2xq';
const row = (pod: string, ready = '1/1', restarts = '0', status = 'Running') =>
  `${pod.padEnd(26)}${ready}     ${status.padEnd(20)}${restarts.padEnd(13)}3d\n`;
const pods = (...rows: string[]) =>
  printed(
    'kubectl get pods -n team',
    `${'NAME'.padEnd(26)}READY   ${'STATUS'.padEnd(20)}${'RESTARTS'.padEnd(13)}AGE\n${rows.join('')}`,
  );
const log = (pod: string, text: string) => printed(`kubectl logs ${pod} -n team`, `${text}\n`);
const first = (alert: string, ...recorded: Parameters<typeof inputOf>[1]) =>
  diagnose(inputOf(alert, recorded)).diagnoses[0];
const events = (...rows: string[]) =>
  printed(
    'kubectl get events -n team',
    `LAST SEEN   TYPE      REASON      OBJECT                     MESSAGE\n${rows.join('\n')}\n`,
  );

describe('causes that somebody else tells', () => {
  it('a full connection table of the node explains why its pods time out', () => {
    const wide = (pod: string, node: string) =>
      `${pod.padEnd(26)}1/1     Running   0          3d    10.0.0.1   ${node}\n`;
    const found = first(
      'web of team times out',
      printed(
        'kubectl get pods -n team -o wide',
        `${'NAME'.padEnd(26)}READY   STATUS    RESTARTS   AGE   IP         NODE\n${wide(POD, 'node-3')}`,
      ),
      printed(
        'kubectl get nodes',
        'NAME     STATUS   ROLES    AGE   VERSION\nnode-3   Ready    <none>   41d   v1.33.1\n',
      ),
      log(POD, 'ERROR I/O error on POST request for "http://stock:80/x": Connect timed out'),
      printed(
        'kubectl get events -A',
        'NAMESPACE   LAST SEEN   TYPE      REASON          OBJECT        MESSAGE\ndefault     3m          Warning   ConntrackFull   node/node-3   nf_conntrack: table full, dropping packet\n',
      ),
    );
    expect(found).to.include({ component: 'node-3', kind: 'log-conntrack-full' });
  });

  it('the pod network says itself which policy verdict dropped a path', () => {
    const flow =
      'Jun  9 10:07:01.100: team/web-7f6d9c8b5d-zz2xq:41022 (ID:7712) <> team/orders-db-0:5432 (ID:8121) Policy denied DROPPED (TCP Flags: SYN)\n';
    const found = first(
      'web of team fails',
      pods(row(POD), row('orders-db-0')),
      printed('kubectl exec ds/cilium -n kube-system -- hubble observe --verdict DROPPED', flow.repeat(2)),
      log(POD, 'ERROR failed to connect to `host=orders-db`: dial error (dial tcp 10.9.8.7:5432: i/o timeout)'),
    );
    expect(found).to.include({ kind: 'policy-blocks', component: 'orders-db' });
  });

  it('a client that does not say for whom it waits is stopped by the policy that stops its store', () => {
    const policy = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db-access, namespace: team}\nspec:\n  podSelector: {matchLabels: {app: web-mysql}}\n  policyTypes: [Ingress]\n  ingress:\n    - from: [{podSelector: {matchLabels: {app: wed}}}]\n`;
    const labelled = (pod: string, app: string) => `${pod.padEnd(26)}1/1     Running   0          3d    app=${app}\n`;
    const found = first(
      'web of team fails',
      printed('kubectl get netpol -n team -o yaml', policy),
      printed(
        'kubectl get pods -n team --show-labels',
        `${'NAME'.padEnd(26)}READY   STATUS    RESTARTS   AGE   LABELS\n${labelled(POD, 'web')}${labelled('web-mysql-0', 'web-mysql')}`,
      ),
      log(POD, 'Error: connect ETIMEDOUT'),
    );
    expect(found).to.include({ kind: 'policy-blocks', component: 'db-access' });
  });

  it('a store that refuses connections explains why its clients lose theirs, and a broker why it blocks them', () => {
    const refused = '{"s":"I","c":"NETWORK","msg":"Connection refused because there are too many open connections"}';
    const lost = 'ERR read tcp 10.2.3.4:60122->10.9.2.1:27017: connection reset by peer';
    const store = first('web of team fails', log('web-mongo-0', refused), log(POD, lost));
    expect(store).to.include({ kind: 'log-connection-limit', component: 'web-mongo' });
    const broker = first(
      'web of team delivers nothing',
      pods(row(POD), row('team-rabbit-0'), row('web-postgres-0')),
      log(POD, 'WARNING connection.blocked: low on memory'),
      log('team-rabbit-0', '[warning] <0.401.0> memory resource limit alarm set on node rabbit@team-rabbit.'),
    );
    expect(broker).to.include({ kind: 'log-store-block', component: 'team-rabbit' });
  });

  it('who crashes because a callee answers with errors is explained by the ill store behind it', () => {
    const deployment = (name: string, uses: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}, namespace: team}\nspec:\n  template:\n    metadata: {labels: {app: ${name}}}\n    spec:\n      containers: [{name: ${name}, image: x/y:1, env: [{name: UP, value: "${uses}"}]}]\n`;
    const found = first(
      'web of team fails',
      pods(row(POD, '0/1', '4 (2m ago)', 'CrashLoopBackOff')),
      printed(
        'kubectl get deploy -n team -o yaml',
        `${deployment('web', 'http://trips:80')}---\n${deployment('trips', 'postgresql://trips-pg:5432/t')}`,
      ),
      log(POD, 'ERROR AxiosError: Request failed with status code 500\nError: upstream returned 500'),
      log('trips-pg-0', 'ERROR:  cannot execute INSERT in a read-only transaction'),
    );
    expect(found).to.include({ kind: 'log-read-only-database' });
  });

  it('an expired certificate that was looked at explains the callers who name no host', () => {
    const found = first(
      'web of team fails',
      log(POD, 'ERROR payment refused: tls: failed to verify certificate: x509: certificate has expired'),
      printed(
        'kubectl exec -n team deploy/web -- sh -c "openssl s_client -connect fraud:443 | openssl x509 -noout -enddate"',
        'notAfter=Mar  1 04:11:38 2031 GMT\n',
      ),
    );
    expect(found).to.include({ kind: 'certificate-over', component: 'fraud' });
  });

  it('a proxy before everybody complains about those behind it, wherever it runs itself', () => {
    const refused =
      '[error] 31#31: *8 connect() failed (111: Connection refused) while connecting to upstream, server: shop.example, upstream: "http://10.9.1.7:80/"\n';
    const service =
      'NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\nwall   ClusterIP   10.9.1.7     <none>        80/TCP    3d\n';
    const proxy = printed('kubectl logs -n ingress-nginx deploy/ingress-nginx-controller', refused.repeat(3));
    const found = first('502 in namespace team', printed('kubectl get svc -n team', service), proxy);
    expect(found).to.include({ component: 'wall', namespace: 'team' });
    const large = '[error] 31#31: *8 client intended to send too large body: 9120331 bytes, host: "shop.example"\n';
    const ingress =
      'NAME   CLASS   HOSTS          ADDRESS   PORTS   AGE\nshop   nginx   shop.example   1.2.3.4   80      3d\n';
    const told = first(
      'uploads fail with 413 in namespace team',
      printed('kubectl get ingress -n team', ingress),
      printed('kubectl logs -n ingress-nginx deploy/ingress-nginx-controller', large.repeat(3)),
    );
    expect(told?.confidence).to.be.at.least(0.7);
  });

  it('an ingress of a class that is not there is told by two tables', () => {
    const found = first(
      'shop.example answers 404',
      printed(
        'kubectl get ingress -n team',
        'NAME   CLASS    HOSTS          ADDRESS   PORTS   AGE\nshop   public   shop.example             80      3d\n',
      ),
      printed(
        'kubectl get ingressclass',
        'NAME      CONTROLLER   PARAMETERS   AGE\ntraefik   traefik.io   <none>       2d\n',
      ),
    );
    expect(found).to.include({ kind: 'ingress-class', component: 'shop' });
  });

  it('what the API server answers to a change is no log that could not be fetched', () => {
    const answer =
      'Error from server (InternalError): Internal error occurred: failed calling webhook "v.policy.example": failed to call webhook: Post "https://gate.policy.svc:443/v?timeout=10s": no endpoints available for service "gate"\n';
    const found = first('nothing can be deployed', printed('kubectl rollout restart deploy/web -n team', answer));
    expect(found).to.include({ kind: 'log-webhook-call', component: 'gate' });
    expect(
      first(
        'web of team',
        printed(`kubectl logs ${POD} -n team`, 'Error from server (BadRequest): container "web" is waiting to start\n'),
      ),
    ).to.equal(undefined);
    const job = first(
      'report of team fails',
      pods(row('report-7wkzp', '0/1', '0', 'Error')),
      log(
        'report-7wkzp',
        'Error from server (Forbidden): configmaps is forbidden: User "system:serviceaccount:team:r" cannot list resource "configmaps"',
      ),
    );
    expect(job).to.include({ kind: 'permission-missing' });
  });

  it('pods that a webhook keeps out lack the workload behind it', () => {
    const refused =
      'Error creating: Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: Post "https://injector-svc.vault.svc:443/mutate?timeout=30s": no endpoints available for service "injector-svc"';
    const found = first(
      'web of team has too few replicas',
      printed(
        'kubectl get deploy -A',
        'NAMESPACE   NAME       READY   UP-TO-DATE   AVAILABLE   AGE\nteam        web        3/6     6            3           3d\nvault       injector   0/1     1            0           3d\n',
      ),
      printed(
        'kubectl get events -A',
        `NAMESPACE   LAST SEEN   TYPE      REASON         OBJECT                               MESSAGE\nteam        2m          Warning   FailedCreate   replicaset/web-5c7d9f6b8d            ${refused}\nvault       3m          Warning   Failed         pod/injector-7d4f8c9b6f-jx5hm        Failed to pull image "x/y:1": 429 Too Many Requests\n`,
      ),
    );
    expect(found?.component).to.equal('injector');
    expect(found?.statement).to.match(
      /webhook v\.example\.com does not answer: Deployment injector .*0 of 1.*Failed to pull/,
    );
  });

  it('a volume that a lost node still holds is the story of that node', () => {
    const found = first(
      'orders-db is down',
      pods(row('orders-db-0', '0/1', '0', 'ContainerCreating')),
      events(
        '8m          Warning   FailedAttachVolume   pod/orders-db-0   Multi-Attach error for volume "pvc-8d1f" Volume is already exclusively attached to one node',
        '2m          Warning   FailedMount          pod/orders-db-0   Unable to attach or mount volumes: timed out waiting for the condition',
      ),
      printed(
        'kubectl get nodes',
        'NAME     STATUS     ROLES    AGE   VERSION\nnode-1   NotReady   <none>   41d   v1.33.1\nnode-2   Ready      <none>   41d   v1.33.1\n',
      ),
    );
    expect(found?.statement).to.match(/node-1 is NotReady.*Multi-Attach/s);
  });

  it('a role that names a resource in the wrong API group grants nothing', () => {
    const told = (group: string) =>
      first(
        'web is forbidden to look at deployments',
        manifests(
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'Role',
            metadata: { name: 'web', namespace: 'team' },
            rules: [{ apiGroups: [group], resources: ['deployments'], verbs: ['get', 'list'] }],
          },
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'RoleBinding',
            metadata: { name: 'web', namespace: 'team' },
            roleRef: { kind: 'Role', name: 'web' },
            subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'team' }],
          },
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'web', namespace: 'team' },
            spec: {
              template: {
                spec: {
                  serviceAccountName: 'web',
                  containers: [
                    { name: 'w', image: 'x:1', command: ['sh', '-c', 'kubectl get deployments.apps -n team'] },
                  ],
                },
              },
            },
          },
        ),
      );
    expect(told('')?.statement).to.match(/wrong API group \(it belongs to apps\)/);
    expect(told('apps')?.kind).to.not.equal('permission-missing');
  });

  it('a binding of the account of that name in another namespace grants nothing', () => {
    const told = (place: string) =>
      first(
        'web is forbidden to read leases',
        manifests(
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'Role',
            metadata: { name: 'web', namespace: 'team' },
            rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'list'] }],
          },
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'RoleBinding',
            metadata: { name: 'web', namespace: 'team' },
            roleRef: { kind: 'Role', name: 'web' },
            subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: place }],
          },
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'web', namespace: 'team' },
            spec: {
              template: {
                spec: {
                  serviceAccountName: 'web',
                  containers: [{ name: 'w', image: 'x:1', command: ['sh', '-c', 'kubectl get leases -n team'] }],
                },
              },
            },
          },
        ),
      );
    expect(told('tools')?.statement).to.include(
      'RoleBinding web binds the ServiceAccount of that name in namespace tools',
    );
    expect(told('team')?.kind).to.not.equal('permission-missing');
  });

  it('a claim that is larger than the only volume of its class cannot bind', () => {
    const told = (size: string) =>
      first(
        'wiki does not run',
        manifests(
          {
            apiVersion: 'v1',
            kind: 'PersistentVolume',
            metadata: { name: 'disk' },
            spec: { capacity: { storage: '8Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'local' },
          },
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'data', namespace: 'team' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              storageClassName: 'local',
              resources: { requests: { storage: size } },
            },
          },
          {
            apiVersion: 'storage.k8s.io/v1',
            kind: 'StorageClass',
            metadata: { name: 'local' },
            provisioner: 'kubernetes.io/no-provisioner',
          },
        ),
      )?.statement;
    expect(told('10Gi')).to.match(/10Gi .* 8Gi .*too small/);
    expect(told('8Gi')).to.equal(undefined);
  });

  it('an alert about a room is not one about OOM kills', () => {
    const old = printed(
      'kubectl describe pod web-7f6d9c8b5d-zz2xq -n taproom',
      'Name:             web-7f6d9c8b5d-zz2xq\nNamespace:        taproom\nStatus:           Running\nContainers:\n  web:\n    Image:          x/y:1\n    State:          Running\n    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137\n      Finished:     Sat, 29 Mar 2031 09:00:00 +0000\n    Ready:          True\n    Restart Count:  3\nEvents:           <none>\n',
    );
    expect(first('figures of taproom are old', old)).to.equal(undefined);
    expect(first('web of taproom restarts', old)?.kind).to.equal('oom-killed');
  });

  it('limits below requests are told by the manifest alone', () => {
    const container = {
      name: 'web',
      image: 'x/y:1',
      resources: { requests: { memory: '1Gi' }, limits: { memory: '512Mi' } },
    };
    const found = first(
      'pods of web are refused',
      manifests({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'team' },
        spec: { template: { spec: { containers: [container] } } },
      }),
    );
    expect(found).to.include({ kind: 'limit-below-request' });
  });
});

describe('what stands in the way', () => {
  const policy =
    'Name:         web-egress\nNamespace:    team\nSpec:\n  PodSelector:     app=web\n  Not affecting ingress traffic\n  Allowing egress traffic:\n    To Port: 443/TCP\n    To: <any> (traffic not restricted by destination)\n  Policy Types: Egress\n';
  const nameless = log(POD, 'ERROR getaddrinfo EAI_AGAIN api.pay.example');
  const denied = (text: string) =>
    first(
      'web of team fails',
      pods(row(POD)),
      printed('kubectl describe networkpolicy web-egress -n team', text),
      nameless,
    );

  it('a policy that forgets the name servers stops names of the outside, too', () => {
    expect(denied(policy)).to.include({ kind: 'policy-blocks-dns', component: 'web-egress' });
    expect(denied(policy.replace('443/TCP', '53/UDP'))?.kind).to.equal('log-name-resolution');
  });

  it('a budget that wants every pod lets no node be drained', () => {
    const drained = (spec: Record<string, unknown>) =>
      first(
        'drain of a node never ends',
        manifests(
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'web', namespace: 'team' },
            spec: { replicas: 2, template: { metadata: { labels: { app: 'web' } } } },
          },
          {
            apiVersion: 'policy/v1',
            kind: 'PodDisruptionBudget',
            metadata: { name: 'web', namespace: 'team' },
            spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
          },
        ),
      )?.kind;
    for (const spec of [{ minAvailable: '100%' }, { minAvailable: 2 }, { maxUnavailable: 0 }, { maxUnavailable: '0%' }])
      expect(drained(spec), JSON.stringify(spec)).to.equal('pdb-blocking');
    for (const spec of [{ minAvailable: 1 }, { maxUnavailable: 1 }, { minAvailable: '50%' }])
      expect(drained(spec), JSON.stringify(spec)).to.equal(undefined);
  });

  it('an init container waits for a name that nobody has', () => {
    const waiting = (host: string) =>
      first(
        'web waits for ever',
        manifests(
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'web', namespace: 'team' },
            spec: {
              template: {
                spec: {
                  initContainers: [
                    {
                      name: 'wait',
                      image: 'b:1',
                      command: ['sh', '-c', `until nc -z -w 2 ${host} 5672; do sleep 3; done`],
                    },
                  ],
                  containers: [{ name: 'web', image: 'x:1' }],
                },
              },
            },
          },
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name: 'rabbitmq', namespace: 'team' },
            spec: { ports: [{ port: 5672 }] },
          },
        ),
      )?.statement ?? '';
    expect(waiting('rabbit-mq.team.svc')).to.match(/rabbit-mq/);
    expect(waiting('rabbitmq')).to.equal('');
  });

  it('a store that refuses its clients complains about their configuration, not its own', () => {
    const refused = 'FATAL:  password authentication failed for user "web_rw"';
    const found = first(
      'web of team fails',
      pods(row(POD), row('orders-pg-0')),
      log('orders-pg-0', refused),
      log(POD, `ERROR ${refused}`),
      printed(
        'kubectl get secrets -n team',
        'NAME            TYPE     DATA   AGE\norders-pg-web   Opaque   2      20m\n',
      ),
    );
    expect(found).to.include({ kind: 'configuration-changed', component: 'web' });
  });

  it('a store that says the same as its client is the one that the client means', () => {
    const line = 'ERROR:  cannot execute INSERT in a read-only transaction';
    const found = first(
      'web of team fails',
      pods(row(POD), row('orders-pg-0'), row('stock-pg-0')),
      log(POD, `ERROR ${line}`),
      log('orders-pg-0', line),
    );
    expect(found?.component).to.equal('orders-pg');
  });

  it('a kill for memory of weeks ago is over even for who asks about restarts', () => {
    const killed = (finished: string) =>
      first(
        'restarts of web > 20',
        printed(
          `kubectl describe pod ${POD} -n team`,
          `Name:             ${POD}\nNamespace:        team\nStatus:           Running\nContainers:\n  web:\n    Image:          x/y:1\n    State:          Running\n    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137\n      Finished:     ${finished}\n    Ready:          True\n    Restart Count:  23\nEvents:           <none>\n`,
        ),
      )?.kind;
    expect(killed('Wed, 02 Apr 2031 09:00:00 +0000')).to.equal('oom-killed');
    expect(killed('Sat, 01 Mar 2031 09:00:00 +0000')).to.equal(undefined);
  });
});

describe('errors of a program that was rolled out lately', () => {
  const aged = (...rows: [string, string][]) =>
    printed(
      'kubectl get pods -n team',
      `${'NAME'.padEnd(26)}READY   STATUS    RESTARTS   AGE\n${rows.map(([pod, age]) => `${pod.padEnd(26)}1/1     Running   0          ${age}\n`).join('')}`,
    );
  const told = (...rows: [string, string][]) =>
    first('web of team fails', aged(...rows), log(POD, 'ERROR NoMethodError undefined method cents for nil'))
      ?.statement;

  it('say so where all its pods are young and those beside them are not', () => {
    expect(told([POD, '18m'], ['stock-6d5c8b7f9d-4xk2p', '9d'])).to.match(/at most 18m old.*rollout/);
    expect(told([POD, '18m'], ['web-7f6d9c8b5d-aa1bb', '9d'], ['stock-6d5c8b7f9d-4xk2p', '9d'])).to.not.match(
      /rollout/,
    );
    expect(told([POD, '18m'], ['stock-6d5c8b7f9d-4xk2p', '25m'])).to.not.match(/rollout/);
    expect(told([POD, '9d'], ['stock-6d5c8b7f9d-4xk2p', '99d'])).to.not.match(/rollout/);
  });
});

describe('whom callers mean', () => {
  it('is the only workload with the port of an address that nothing else explains', () => {
    const described = (port: number) =>
      printed(
        'kubectl describe pod renderer-56dd9bdc95-n9f5h -n team',
        `Name:             renderer-56dd9bdc95-n9f5h\nNamespace:        team\nStatus:           Running\nContainers:\n  renderer:\n    Image:          x/y:1\n    Port:           ${port}/TCP\n    State:          Waiting\n      Reason:       CrashLoopBackOff\n    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137\n    Ready:          False\n    Restart Count:  6\nEvents:           <none>\n`,
      );
    const proxy = log(
      POD,
      '[error] 30#30: *8 upstream prematurely closed connection while reading response header, upstream: "http://10.32.7.90:7800/a.png"\n'.repeat(
        3,
      ),
    );
    expect(first('web of team answers 5xx', pods(row(POD)), proxy, described(7800))).to.include({
      component: 'renderer',
      kind: 'oom-killed',
    });
    expect(first('web of team answers 5xx', pods(row(POD)), proxy, described(7801))?.component).to.not.equal(
      'renderer',
    );
  });

  it('is a service whose workload is scaled to zero, where its names lead to no address', () => {
    const found = first(
      'web of team fails',
      pods(row(POD)),
      printed(
        'kubectl get deploy -n team',
        'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    1/1     1            1           3d\ngeo    0/0     0            0           3d\n',
      ),
      log(
        POD,
        'ERR nearby failed error="rpc error: code = Unavailable desc = name resolver error: produced zero addresses" service=geo\n'.repeat(
          3,
        ),
      ),
    );
    expect(found?.component).to.equal('geo');
    expect(found?.statement).to.match(/scaled to zero/);
  });

  it('is nobody whose service has endpoints, though no labels were shown', () => {
    const found = first(
      'orders-db of team is slow',
      printed(
        'kubectl get svc,endpoints -n team',
        'NAME                TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)    AGE\nservice/orders-db   ClusterIP   None         <none>        5432/TCP   3d\n\nNAME                  ENDPOINTS         AGE\nendpoints/orders-db   10.2.3.4:5432     3d\n',
      ),
      printed(
        'kubectl describe svc orders-db -n team',
        'Name:              orders-db\nNamespace:         team\nSelector:          app=orders-db\nType:              ClusterIP\nIP:                None\nPort:              pg  5432/TCP\nTargetPort:        5432/TCP\nEndpoints:         10.2.3.4:5432\n',
      ),
      printed(
        'kubectl get pods -n team --show-labels',
        `${'NAME'.padEnd(26)}READY   STATUS    RESTARTS   AGE   LABELS\n${'orders-6d5c8b7f9d-4xk2p'.padEnd(26)}1/1     Running   0          3d    app=orders\n`,
      ),
    );
    expect(found?.kind).to.not.equal('selector-mismatch');
  });

  it('is the program itself where work waits in its own queue', () => {
    const waits = (waited: string) =>
      first(
        'web of team is slow',
        pods(row(POD)),
        log(POD, `time=2031-04-02T10:00:01Z level=INFO msg=answered took=7.8s waited=${waited} queued=95\n`.repeat(4)),
      )?.kind;
    expect(waits('7.7s')).to.equal('work-waits');
    expect(waits('0.1s')).to.equal(undefined);
  });

  it('are the name servers where a policy of bare objects leaves them out', () => {
    const policy = (ports: object[]) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'fetch', namespace: 'team' },
      spec: { podSelector: { matchLabels: { app: 'fetch' } }, policyTypes: ['Egress'], egress: [{ ports }] },
    });
    const cron = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'fetch', namespace: 'team' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels: { app: 'fetch' } },
              spec: {
                containers: [
                  { name: 'f', image: 'x:1', env: [{ name: 'RATES_URL', value: 'https://rates.example/v1' }] },
                ],
              },
            },
          },
        },
      },
    };
    const kind = (...ports: object[]) =>
      first('why does every run of fetch fail', manifests(cron, policy(ports)))?.kind;
    expect(kind({ port: 443, protocol: 'TCP' })).to.equal('policy-blocks-dns');
    expect(kind({ port: 443, protocol: 'TCP' }, { port: 53, protocol: 'UDP' })).to.equal(undefined);
  });
});

describe('probes that are wrong themselves', () => {
  const described = (probe: string) =>
    printed(
      `kubectl describe pod ${POD} -n team`,
      `Name:             ${POD}\nNamespace:        team\nStatus:           Running\nContainers:\n  web:\n    Image:          x/y:1\n    Port:           8200/TCP\n    State:          Running\n    Ready:          True\n    Restart Count:  9\n    Liveness:       ${probe} delay=5s timeout=1s period=5s #success=1 #failure=3\nEvents:           <none>\n`,
    );

  it('explain restarts of which no event is left', () => {
    const restarting = pods(row(POD, '1/1', '9 (20s ago)'));
    expect(first('web of team is slow', restarting, described('tcp-socket :8201'))?.statement).to.match(/wrong port/);
    expect(first('web of team is slow', restarting, described('tcp-socket :8200'))?.kind).to.not.equal('probe');
  });

  it('speak plain HTTP to a port of TLS', () => {
    const failing = events(
      `2m          Warning   Unhealthy   pod/${POD}   Readiness probe failed: HTTP probe failed with statuscode: 400`,
    );
    const said = log(POD, 'WARN Client sent an HTTP request to an HTTPS server');
    expect(first('web of team is not ready', pods(row(POD, '0/1')), failing, said)?.statement).to.match(/scheme HTTP/);
  });
});

describe('services and autoscalers', () => {
  it('a target port by a name that the workload does not have is no wrong selector', () => {
    const service =
      'Name:              web\nNamespace:         team\nSelector:          app=web\nType:              ClusterIP\nIP:                10.9.1.7\nPort:              http  80/TCP\nTargetPort:        htpp/TCP\nEndpoints:         \n';
    const found = first(
      'web of team fails',
      pods(row(POD)),
      printed('kubectl describe svc web -n team', service),
      printed(
        "kubectl get deploy web -n team -o jsonpath='{.spec.template.spec.containers[*].ports}'",
        '[{"containerPort":8081,"name":"http"}]',
      ),
    );
    expect(found).to.include({ kind: 'port-mismatch' });
  });

  it('a metric that was missing once and is there again is no fault', () => {
    const hpa = (active: string) =>
      `Name:                                                  web\nNamespace:                                             team\nReference:                                             Deployment/web\nMetrics:                                               ( current / target )\n  resource cpu on pods  (as a percentage of request):  34% (68m) / 75%\nMin replicas:                                          1\nMax replicas:                                          5\nDeployment pods:                                       1 current / 1 desired\nConditions:\n  Type            Status  Reason              Message\n  ----            ------  ------              -------\n  ScalingActive   ${active}    ValidMetricFound    the HPA was able to calculate\nEvents:\n  Type     Reason                   Age   From                       Message\n  ----     ------                   ----  ----                       -------\n  Warning  FailedGetResourceMetric  21m   horizontal-pod-autoscaler  failed to get cpu utilization\n`;
    const kinds = (active: string) =>
      diagnose(
        inputOf('events of the autoscaler of web', [
          pods(row(POD)),
          printed('kubectl describe hpa web -n team', hpa(active)),
        ]),
      ).diagnoses.map(({ kind }) => kind);
    expect(kinds('True')).to.not.include('hpa-metrics');
    expect(kinds('False')).to.include('hpa-metrics');
  });
});
