import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const RUNNING = (rows: string) =>
  printed('kubectl get pods -n team', `NAME                   READY   STATUS    RESTARTS        AGE\n${rows}`);
const API = 'api-6d5c8b7f9d-4xk2p   1/1     Running   0               30d\n';
const SERVED = [10, 20, 30].map((second) => `2031-04-02T10:00:${second}Z INFO GET /prices 200 12ms\n`).join('');
const log = (text: string) => printed('kubectl logs api-6d5c8b7f9d-4xk2p -n team', text);

const verdictOf = (alert: string, ...recorded: Parameters<typeof concluded>[1]) =>
  concluded(alert, recorded).report.verdict;

describe('what looks like trouble and is over, meant so, or none', () => {
  it('a call that was made once more is overcome; one that keeps failing is not', () => {
    const retry = '2031-04-02T10:00:01Z WARN retrying prices attempt=2 err="connection reset by peer"\n';
    expect(verdictOf('api: a single error', RUNNING(API), log(retry + SERVED))).to.equal('healthy');
    const often = `${retry.repeat(5)}${SERVED}`;
    expect(verdictOf('api: errors', RUNNING(API), log(often))).to.equal('probable');
  });

  it('the numbers of pino and bunyan are levels, and their times are times', () => {
    const line = (level: number, message: string) => `{"level":${level},"time":1930300801000,"msg":"${message}"}\n`;
    expect(verdictOf('api errors', RUNNING(API), log(line(30, 'GET /a 200 3ms').repeat(3)))).to.equal('healthy');
    expect(verdictOf('api errors', RUNNING(API), log(line(50, 'no such moon').repeat(3)))).to.equal('probable');
  });

  it('a program that serves well by its own log is healthy, unless it is slow and slowness is the question', () => {
    expect(verdictOf('api p99 latency', RUNNING(API), log(SERVED))).to.equal('healthy');
    expect(verdictOf('api p99 latency', RUNNING(API), log(SERVED.replaceAll('12ms', '4200ms')))).to.not.equal(
      'healthy',
    );
    expect(verdictOf('api p99 latency', RUNNING(API))).to.equal('inconclusive');
  });

  it('some fast lines show nothing where a quantile of all requests stays slow', () => {
    const p99 = (seconds: string) =>
      printed(
        'curl http://prom:9090/api/v1/query?query=histogram_quantile(0.99, sum by (le) (rate(request_seconds_bucket[5m])))',
        JSON.stringify({
          status: 'success',
          data: { resultType: 'vector', result: [{ metric: {}, value: [1, seconds] }] },
        }),
      );
    expect(verdictOf('api is slow', RUNNING(API), log(SERVED), p99('0.04'))).to.equal('healthy');
    expect(verdictOf('api is slow', RUNNING(API), log(SERVED), p99('6.3'))).to.not.equal('healthy');
  });

  it('steps that take seconds by the own log are slow, and a share of throttled periods tells why', () => {
    const steps = (ms: number) => log(`{"lvl":"info","msg":"scaled","scale_ms":${ms}}\n`.repeat(4));
    expect(verdictOf('why is api so slow?', RUNNING(API), steps(4100))).to.not.equal('healthy');
    const throttled = (share: string) =>
      printed(
        'query_prometheus {"query": "rate(container_cpu_cfs_throttled_periods_total{pod=~\\"api.*\\"}[5m]) / rate(container_cpu_cfs_periods_total{pod=~\\"api.*\\"}[5m])"}',
        `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"namespace":"team","pod":"${API.split(' ')[0]}"},"value":[1930300801,"${share}"]}]}}`,
      );
    const said = (share: string) =>
      concluded('why is api so slow?', [RUNNING(API), steps(4100), throttled(share)]).report.rootCause.statement;
    expect(said('0.91')).to.include('CPU throttling');
    expect(said('0.04')).to.not.include('CPU throttling');
  });

  it('pods that are ready alone prove nothing where the alert is about endpoints, or about what users see', () => {
    const endpoints = (addresses: string) =>
      printed('kubectl get endpoints -n team', `NAME   ENDPOINTS   AGE\napi    ${addresses}   30d\n`);
    expect(verdictOf('KubeServiceNoEndpoints: api in team', RUNNING(API))).to.equal('inconclusive');
    expect(verdictOf('KubeServiceNoEndpoints: api in team', RUNNING(API), endpoints('10.2.3.4:8080'))).to.equal(
      'healthy',
    );
    expect(verdictOf('pods of api cannot store pictures', RUNNING(API))).to.equal('inconclusive');
    expect(verdictOf('are the pods of api well?', RUNNING(API))).to.equal('healthy');
  });

  it('where nothing is alleged, workloads that are well are enough', () => {
    expect(verdictOf('api scaled up', RUNNING(API))).to.equal('healthy');
    expect(verdictOf('api scaled down', RUNNING(API))).to.equal('healthy');
    expect(verdictOf('api went down', RUNNING(API))).not.to.equal('healthy');
    expect(verdictOf('ApiDeployed', RUNNING(API))).to.equal('inconclusive');
    for (const alleged of [
      'visitors of api see yesterday',
      'HighApiLoad: api',
      'api lost its cache',
      'api: disk 91 %',
      'why was api scaled up',
    ])
      expect(verdictOf(alleged, RUNNING(API)), alleged).to.not.equal('healthy');
  });

  it('what asks about names only is answered by a name that resolves', () => {
    const dig = (answer: string) =>
      printed('kubectl exec -n team deploy/api -- dig +noall +answer pay.example', answer);
    const asked = 'NXDOMAIN share above 50%: is name resolution in team broken?';
    expect(verdictOf(asked, RUNNING(API), dig('pay.example.   30   IN   A   203.0.113.40\n'))).to.equal('healthy');
    expect(verdictOf(asked, RUNNING(API), dig(';; connection timed out; no servers could be reached\n'))).to.not.equal(
      'healthy',
    );
  });

  it('what the kubelet no longer says of a pod that no list shows is over', () => {
    const told = (age: string) =>
      printed(
        'kubectl get events -n team',
        `LAST SEEN   TYPE      REASON      OBJECT                     MESSAGE\n${age.padEnd(12)}Warning   Unhealthy   pod/api-6d5c8b7f9d-4xk2p   Readiness probe failed: connection refused\n`,
      );
    const ready = printed(
      'kubectl get endpoints api -n team',
      'NAME   ENDPOINTS       AGE\napi    10.2.3.4:8080   30d\n',
    );
    expect(verdictOf('api is not ready', told('90s'), ready)).to.equal('probable');
    expect(verdictOf('api is not ready', told('11m'), ready)).to.not.equal('probable');
  });

  it('a write that met the former primary and was made once more is overcome, one that goes on is not', () => {
    const primary = '[10:00:09 WRN] Write retried once: MongoNotPrimaryException: Server returned not primary error\n';
    const stored =
      '[10:01:21 INF] Paper stored in 12 ms\n[10:02:22 INF] Paper stored in 17 ms\n[10:05:51 INF] Paper stored in 12 ms\n';
    expect(verdictOf('are the pods of api well?', RUNNING(API), log(primary + stored))).to.equal('healthy');
    const goesOn = '[10:00:09 ERR] Write failed: MongoNotPrimaryException: Server returned not primary error\n';
    expect(verdictOf('api fails', RUNNING(API), log(goesOn.repeat(5) + stored))).to.equal('identified');
  });

  it('what somebody asked Prometheus from inside a container is no log', () => {
    const answer =
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"outcome":"error"},"value":[1960145260,"0"]}]}}\n';
    const asked = printed(
      "kubectl exec -n team api-6d5c8b7f9d-4xk2p -- curl -s 'http://prometheus:9090/api/v1/query?query=sum(x)'",
      answer,
    );
    expect(verdictOf('are the pods of api well?', RUNNING(API), asked)).to.equal('healthy');
  });

  it('the name of a key with a number is no address', () => {
    const service = printed(
      'kubectl get svc -n team',
      'NAME     TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)    AGE\noffers   ClusterIP   10.9.1.7     <none>        8080/TCP   3d\n',
    );
    const said = (text: string) => log(`2031-04-02T10:00:10Z INFO ${text}\n`);
    expect(
      verdictOf('are the pods of api well?', RUNNING(API), service, said('cache miss key=offers:118:2032-06-04')),
    ).to.equal('healthy');
    expect(verdictOf('api fails', RUNNING(API), service, said('dial tcp offers:118: connection refused'))).to.equal(
      'identified',
    );
  });

  it('a pod that works harder than the others is a lead where nobody speaks of load', () => {
    const top = printed(
      'kubectl top pods -n team',
      'NAME                   CPU(cores)   MEMORY(bytes)\napi-6d5c8b7f9d-4xk2p   2310m        200Mi\nweb-6d5c8b7f9d-aa1bb   20m          100Mi\n',
    );
    expect(verdictOf('PostgresLongRunningQuery api', RUNNING(API), top)).to.not.equal('probable');
    expect(verdictOf('api is slow', RUNNING(API), top)).to.equal('probable');
  });

  it('a login that was refused to somebody who came in afterwards was mistyped', () => {
    const line = (message: string, user: string) =>
      `{"t":{"$date":"2031-04-02T10:00:00.000+00:00"},"s":"I","c":"ACCESS","msg":"${message}","attr":{"user":"${user}"}}\n`;
    const told = (user: string) =>
      printed(
        'kubectl logs api-6d5c8b7f9d-4xk2p -n team',
        line('authentication failed', 'jo') + line('Successfully authenticated', user),
      );
    expect(verdictOf('are the pods of api well?', RUNNING(API), told('jo'))).to.equal('healthy');
    expect(verdictOf('api: logins fail', RUNNING(API), told('ann'))).to.not.equal('healthy');
  });

  it('what is still slow by its own log is not healthy where slowness is the question', () => {
    const slow = log(SERVED.replaceAll('12ms', '7912ms'));
    for (const asked of ['why does api take ages?', 'pods of api are slow', 'api hangs for seconds'])
      expect(verdictOf(asked, RUNNING(API), slow), asked).to.not.equal('healthy');
  });

  it('a page that somebody could not load is answered by requests that pino and stores tell of', () => {
    const line = (status: number) =>
      `{"level":30,"time":1930300801000,"req":{"url":"/login"},"res":{"statusCode":${status}},"responseTime":41,"msg":"done"}\n`;
    const asked = 'a customer says that the page of api does not load';
    expect(verdictOf(asked, RUNNING(API), log(line(200).repeat(3)))).to.equal('healthy');
    expect(verdictOf(asked, RUNNING(API), log(line(500).repeat(3)))).to.not.equal('healthy');
    const pg = RUNNING('api-pg-2               1/1     Running   0               30d\n');
    const routine = '2031-04-02 10:00:00 UTC [31] LOG:  recovery restart point at 9/AB0021F0\n'.repeat(2);
    expect(verdictOf('api-pg-2 logged an ERROR', pg, printed('kubectl logs api-pg-2 -n team', routine))).to.equal(
      'healthy',
    );
  });

  it('who names no program is answered by the entrance, if nobody complains', () => {
    const edge = RUNNING('edge-6d5c8b7f9d-4xk2p  1/1     Running   0               30d\n');
    const told = (text: string) => printed('kubectl logs edge-6d5c8b7f9d-4xk2p -n team', text);
    const asked = 'SLO burn: requests of everything fail or are slow';
    expect(verdictOf(asked, edge, told(SERVED))).to.equal('healthy');
    expect(verdictOf(asked, edge, told(SERVED.replaceAll('12ms', '4200ms')))).to.not.equal('healthy');
    expect(verdictOf(asked, RUNNING(API), log(SERVED))).to.not.equal('healthy');
  });

  it('a monitor that counts what was does not speak against health, one of what is does', () => {
    const monitor = (query: string) => ({
      capability: 'snapshot.json',
      data: { name: 'datadog_monitors', body: { monitors: [{ name: 'm', query, overall_state: 'Alert' }] } },
    });
    const total = 'max(last_5m):max:kubernetes.containers.restarts{kube_namespace:team} by {pod_name} > 5';
    const asked = 'pods of api restarted 8 times';
    expect(verdictOf(asked, RUNNING(API), monitor(total))).to.equal('healthy');
    expect(verdictOf(asked, RUNNING(API), monitor(`change(max(last_5m),last_1h):${total}`))).to.not.equal('healthy');
    expect(verdictOf(asked, RUNNING(API), monitor('sum(last_5m):trace.errors{service:api} > 5'))).to.not.equal(
      'healthy',
    );
  });

  it('a node that was taken away is no fault while all others and all pods are well', () => {
    const gone = printed(
      'kubectl get events -A',
      'NAMESPACE   LAST SEEN   TYPE      REASON            OBJECT               MESSAGE\n            5m          Warning   SpotInterrupted   nodeclaim/spot-8wq2f   Spot interruption warning was triggered\n',
    );
    const nodes = (status: string) =>
      printed(
        'kubectl get nodes',
        `NAME     STATUS     ROLES    AGE   VERSION\nnode-1   ${status.padEnd(11)}<none>   41d   v1.33.1\n`,
      );
    expect(verdictOf('node of api was interrupted', RUNNING(API), gone, nodes('Ready'))).to.not.equal('probable');
    expect(verdictOf('node of api was interrupted', RUNNING(API), gone, nodes('NotReady'))).to.not.equal('healthy');
  });

  it('errors about what clients sent are theirs', () => {
    const lines = (...said: string[]) =>
      log(said.map((one) => `2031-04-02T10:00:05Z ERROR ${one}\n`).join('') + SERVED);
    const theirs = [
      'rejected order: sums do not match (client error, 422)',
      "token of 'sandbox' has expired, answered 401",
    ];
    expect(verdictOf('are the logs of api well?', RUNNING(API), lines(...theirs))).to.equal('healthy');
    expect(
      verdictOf('are the logs of api well?', RUNNING(API), lines('order lost: ledger answered 500', 'x', 'y')),
    ).to.not.equal('healthy');
  });

  it('a name that was found by the next search domain resolves', () => {
    const dig = (...status: string[]) =>
      printed(
        'kubectl exec -n team deploy/api -- dig +search +showsearch ledger.team.svc.cluster.local',
        status
          .map(
            (one) =>
              `;; ->>HEADER<<- opcode: QUERY, status: ${one}, id: 7\n${one === 'NOERROR' ? ';; ANSWER SECTION:\nledger.team.svc.cluster.local. 30 IN A 10.96.1.7\n' : ''}`,
          )
          .join(''),
      );
    expect(verdictOf('are all pods in namespace team well?', RUNNING(API), dig('NXDOMAIN', 'NOERROR'))).to.equal(
      'healthy',
    );
    expect(verdictOf('are all pods in namespace team well?', RUNNING(API), dig('NXDOMAIN'))).to.not.equal('healthy');
  });

  it('pods that have come to their end are not said to run', () => {
    const done = 'export-2031-04-02-vw7xq  0/1     Completed   0             2h\n';
    const said = (rows: string) => concluded('are all pods in namespace team well?', [RUNNING(rows)]).report;
    expect(said(API + done)).to.include({ verdict: 'healthy' });
    expect(said(API + done).rootCause.statement)
      .to.include('all pods of api are running')
      .and.not.include('export');
    expect(said(done).rootCause.statement).to.include('completed');
  });

  it('what the container before the present one said is over once this one serves', () => {
    const former = printed(
      'kubectl logs api-6d5c8b7f9d-4xk2p -n team --previous',
      '2031-04-02T08:00:01Z ERROR connect ECONNREFUSED 10.1.2.3:5432\n'.repeat(3),
    );
    expect(verdictOf('are all pods in namespace team well?', RUNNING(API), former, log(SERVED))).to.equal('healthy');
    expect(verdictOf('are all pods in namespace team well?', RUNNING(API), former)).to.not.equal('healthy');
  });

  it('a call that was made once more is overcome where the work goes on, however that is written', () => {
    const retry = '2031-04-02T10:00:01Z WARNING acquirer answered 503, retry 1 of 3\n';
    const done = '2031-04-02T10:00:02Z INFO order 31122 authorised\n';
    expect(verdictOf('are the logs of api well?', RUNNING(API), log(retry + done.repeat(3)))).to.equal('healthy');
    expect(verdictOf('are the logs of api well?', RUNNING(API), log(done.repeat(3) + retry.repeat(4)))).to.not.equal(
      'healthy',
    );
  });

  it('a row that a constraint refused now and then is what constraints are for', () => {
    const refused = '2031-04-02T10:00:05Z ERROR:  duplicate key value violates unique constraint "number_key"\n';
    expect(verdictOf('are the logs of api well?', RUNNING(API), log(refused + SERVED))).to.equal('healthy');
    expect(verdictOf('api errors', RUNNING(API), log(refused.repeat(4) + SERVED))).to.equal('probable');
  });

  it('a warning about a pod that has gone since is over, unless it tells of its going', () => {
    const warning = (reason: string, message: string) =>
      printed(
        'kubectl get events -n team',
        `LAST SEEN   TYPE      REASON   OBJECT                     MESSAGE\n9m          Warning   ${reason}   pod/api-6d5c8b7f9d-gone1   ${message}\n`,
      );
    const seen = (event: ReturnType<typeof warning>) =>
      verdictOf('are all pods in namespace team well?', RUNNING(API), event);
    expect(seen(warning('EvictionBlocked', 'cannot evict pod as it would violate its budget'))).to.equal('healthy');
    expect(seen(warning('Preempted', 'Preempted by pod 91c1 on node n7'))).to.not.equal('healthy');
  });

  it('a kill for memory of last week is over, one of just now is not', () => {
    const pod = (ago: string) =>
      `NAME                   READY   STATUS    RESTARTS        AGE\napi-6d5c8b7f9d-4xk2p   1/1     Running   9 (${ago} ago)      30d\n`;
    const page =
      'Name:             api-6d5c8b7f9d-4xk2p\nNamespace:        team\nStatus:           Running\nContainers:\n  api:\n    State:          Running\n    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137\n    Ready:          True\n    Restart Count:  9\n';
    const seen = (ago: string) => [
      printed('kubectl get pods -n team', pod(ago)),
      printed('kubectl describe pod api-6d5c8b7f9d-4xk2p -n team', page),
    ];
    expect(verdictOf('is api well?', ...seen('9d'))).to.equal('healthy');
    expect(verdictOf('is api well?', ...seen('4m'))).to.equal('identified');
  });

  it('an autoscaler at its maximum that aims at no more is content', () => {
    const scaler = (use: string) =>
      printed(
        'kubectl get hpa -n team',
        `NAME   REFERENCE        TARGETS         MINPODS   MAXPODS   REPLICAS   AGE\napi    Deployment/api   cpu: ${use}/70%   2         6         6          61d\n`,
      );
    expect(verdictOf('hpa of api is at its maximum', RUNNING(API), scaler('64%'))).to.equal('healthy');
    expect(verdictOf('hpa of api is at its maximum', RUNNING(API), scaler('96%'))).to.equal('probable');
  });

  it('a failed try of a job is made good by a later one, unless somebody asks why it failed', () => {
    const pods = RUNNING(
      'export-29001-4f9kd     0/1     Error     0               3h\nexport-29002-vw7xq     0/1     Completed   0             2h\n',
    );
    const failed = printed('kubectl logs export-29001-4f9kd -n team', 'ERROR upload timed out\n');
    expect(verdictOf('job export failed', pods, failed)).to.equal('healthy');
    expect(concluded('why did the job export fail?', [pods, failed]).report.rootCause.statement).to.include(
      'timed out',
    );
  });

  it('a statement that somebody typed into the database is no fault of the programs', () => {
    const store = RUNNING('orders-pg-0            1/1     Running   0               30d\n');
    const said = (client: string) =>
      printed(
        'kubectl logs orders-pg-0 -n team',
        `2031-04-02 10:00:01 UTC [811] ana@orders [${client}] ERROR:  relation "ordres" does not exist\n2031-04-02 10:00:09 UTC [58] LOG:  checkpoint complete: wrote 3 buffers\n`,
      );
    expect(verdictOf('errors in the log of orders-pg', store, said('psql'))).to.equal('healthy');
    expect(verdictOf('errors in the log of orders-pg', store, said('orders-api'))).to.not.equal('healthy');
  });

  it('what was scaled down by a clock, and a node in maintenance, are meant so', () => {
    const zero = printed(
      'kubectl get deploy -n team',
      'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\napi    0/0     0            0           80d\n',
    );
    const clock = printed(
      'kubectl get deploy api -n team -o jsonpath={.metadata.annotations}',
      '{"downscaler/uptime":"Mon-Fri 07:00-19:00"}',
    );
    expect(verdictOf('api has no replicas', zero, clock)).to.equal('healthy');
    expect(verdictOf('api has no replicas', zero)).to.be.oneOf(['identified', 'probable']);
    const nodes = printed(
      'kubectl get nodes',
      'NAME   STATUS                     ROLES    AGE   VERSION\nn1     Ready                      <none>   80d   v1.33.1\nn2     Ready,SchedulingDisabled   <none>   80d   v1.32.4\n',
    );
    expect(verdictOf('node n2 is unschedulable', RUNNING(API), nodes)).to.not.be.oneOf(['identified', 'probable']);
  });

  it('the only complaint of a log, about one request among others that were answered, is no fault', () => {
    const failed = '2031-04-02T10:00:01Z ERROR GET /prices status=503 upstream connect error\n';
    expect(verdictOf('api: one 503', RUNNING(API), log(failed + SERVED))).to.equal('healthy');
    expect(verdictOf('api: 503', RUNNING(API), log(failed + SERVED + failed + SERVED))).to.equal('probable');
  });

  it('whoever waited for a store until it was up has what he waited for', () => {
    const waits = 'waiting for orders-pg:5432 ... connection refused\n'.repeat(9);
    const init = (end: string) => printed('kubectl logs api-6d5c8b7f9d-4xk2p -c wait -n team', waits + end);
    const pods = RUNNING(`${API}orders-pg-0            1/1     Running   0               30d\n`);
    expect(verdictOf('is api well?', pods, init('orders-pg:5432 is up\n'))).to.equal('healthy');
    expect(verdictOf('api does not start', pods, init(''))).to.equal('probable');
  });

  it('what customers are refused is business, and a cache that throws keys away is a cache', () => {
    const declined = '{"level":"error","msg":"payment declined by issuer","code":"insufficient_funds"}\n'.repeat(4);
    expect(verdictOf('api errors', RUNNING(API), log(declined + SERVED))).to.equal('healthy');
    const pods = RUNNING('prices-redis-0         1/1     Running   0               30d\n');
    const memory = (policy: string) =>
      printed(
        'kubectl exec prices-redis-0 -n team -- redis-cli info',
        `used_memory:268000000\nmaxmemory:268435456\nmaxmemory_policy:${policy}\nkeyspace_hits:90000\nkeyspace_misses:800\nevicted_keys:4120\n`,
      );
    expect(verdictOf('is the pod of prices-redis well?', pods, memory('allkeys-lru'))).to.equal('healthy');
    expect(verdictOf('is the pod of prices-redis well?', pods, memory('noeviction'))).to.equal('identified');
    const keys = (expires: number) =>
      printed(
        'kubectl exec prices-redis-0 -n team -- redis-cli info keyspace',
        `# Keyspace\ndb0:keys=52000,expires=${expires},avg_ttl=81000\n`,
      );
    expect(verdictOf('is the pod of prices-redis well?', pods, memory('volatile-lfu'), keys(51_700))).to.equal(
      'healthy',
    );
    expect(verdictOf('is the pod of prices-redis well?', pods, memory('volatile-lfu'), keys(9000))).to.equal(
      'identified',
    );
  });

  it('a run that was missed is made up for by a later one', () => {
    const runs = (job: string) =>
      printed(
        'kubectl get cronjob,job -n team',
        `NAME                  SCHEDULE    TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE\ncronjob.batch/clean   0 * * * *   <none>     False     0        11m             88d\n\nNAME                      STATUS     COMPLETIONS   DURATION   AGE\n${job}`,
      );
    const missed = printed(
      'kubectl get events -n team',
      'LAST SEEN   TYPE      REASON         OBJECT          MESSAGE\n131m        Warning   MissSchedule   cronjob/clean   Missed scheduled time to start a job\n',
    );
    const later = 'job.batch/clean-29219100  Complete   1/1           51s        11m\n';
    expect(verdictOf('cron job clean missed its schedule', runs(later), missed)).to.equal('healthy');
    expect(verdictOf('cron job clean missed its schedule', runs(''), missed)).to.equal('identified');
  });

  it('a stranger who speaks no known TLS is not the fault of who refuses him', () => {
    const strangers =
      'http: TLS handshake error from 10.0.0.1:51290: tls: client offered only unsupported versions: [301]\n';
    expect(verdictOf('api: errors in its log', RUNNING(API), log(strangers + SERVED))).to.equal('healthy');
  });

  it('an autoscaler that may go to zero and has nothing to do has put its target to sleep', () => {
    const scaler = (active: string, ready: string) =>
      printed(
        'kubectl get scaledobject,deploy -n team',
        `NAME                          SCALETARGETKIND      SCALETARGETNAME   MIN   MAX   READY   ACTIVE   FALLBACK   PAUSED    TRIGGERS   AGE\nscaledobject.keda.sh/mailer   apps/v1.Deployment   mailer            0     10    ${ready.padEnd(8)}${active.padEnd(9)}False      Unknown   kafka      120d\n\nNAME                     READY   UP-TO-DATE   AVAILABLE   AGE\ndeployment.apps/mailer   0/0     0            0           120d\n`,
      );
    expect(verdictOf('mailer has no pods', scaler('False', 'True'))).to.equal('healthy');
    expect(verdictOf('mailer has no pods', scaler('Unknown', 'False'))).to.equal('probable');
  });

  it('what grep -v left out is no search for a word', () => {
    const lines = printed('kubectl logs deploy/api -n team | grep -v healthz', SERVED);
    const found = printed('kubectl logs deploy/api -n team | grep 200', SERVED);
    expect(verdictOf('api: errors at 5', RUNNING(API), lines)).to.equal('healthy');
    expect(verdictOf('api: errors at 5', RUNNING(API), found)).to.not.equal('healthy');
  });
});
