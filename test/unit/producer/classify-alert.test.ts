import { expect } from 'chai';
import { classifyAlert, createClassifier } from '../../../src/producer/classify-alert.ts';
import type { AgentDefinition } from '../../../src/shared/agents/agent-definition.ts';
import { loadAgents } from '../../../src/shared/agents/load-agents.ts';
import type { Alert, AlertClass } from '../../../src/shared/alert.ts';
import { SEVERITIES } from '../../../src/shared/alert.ts';
import { anAlert } from '../../support/alerts.ts';
import { onlyAlert } from '../../support/payloads.ts';

const agents = loadAgents();
const classify = createClassifier(agents);
const said = (title: string, more: Partial<Alert> = {}) =>
  classify(anAlert({ name: title, title, description: '', service: null, namespace: null, ...more }));
const ruled = (name: string, expr: string) => said(name, { annotations: { expr } });

/** What people write, without any expression. */
const SENTENCES: [string, AlertClass][] = [
  ['SSL certificate for api.example.com expires in 24 hours', 'network'],
  ['Database connection pool exhausted for user-service', 'database'],
  ['Connection pool of orders is exhausted', 'database'],
  ['Host out of memory', 'resource'],
  ['Redis out of memory', 'database'],
  ['Disk full on /var', 'resource'],
  ['PostgreSQL disk almost full', 'database'],
  ['Kafka broker disk is full', 'infrastructure'],
  ['DNS resolution failures in cluster', 'network'],
  ['Pod user-service is crash looping', 'infrastructure'],
  ['Connection refused by 10.0.0.3', 'network'],
  ['HAProxy has high error rate', 'network'],
  ['Error rate of checkout above 5 %', 'application'],
  ['Unhandled exceptions in payments', 'application'],
  ['Message queue is over 90% capacity', 'application'],
  ['p99 latency of search above 2 s', 'application'],
  ['High CPU on web-1', 'resource'],
  ['JVM heap memory is filling up', 'application'],
  ['Slow queries on orders', 'database'],
  ['Packet loss between zones', 'network'],
  ['Node is not ready', 'infrastructure'],
  ['Vault is sealed', 'infrastructure'],
];

/** Rules as they stand in many monitoring mixins, written down from memory. */
const RULES: [string, string, AlertClass][] = [
  [
    'etcdDatabaseQuotaLowSpace',
    'etcd_mvcc_db_total_size_in_bytes / etcd_server_quota_backend_bytes > 0.95',
    'infrastructure',
  ],
  [
    'KubeClientCertificateExpiration',
    'apiserver_client_certificate_expiration_seconds_count{job="apiserver"} > 0',
    'infrastructure',
  ],
  ['KubeCPUOvercommit', 'sum(namespace_cpu:kube_pod_container_resource_requests:sum{}) > 0', 'infrastructure'],
  ['CPUThrottlingHigh', 'increase(container_cpu_cfs_throttled_periods_total{container!=""}[5m]) > 0.25', 'resource'],
  ['NodeNetworkReceiveErrs', 'rate(node_network_receive_errs_total[2m]) > 0.01', 'resource'],
  ['NodeRAIDDegraded', 'node_md_disks_required - ignoring (state) (node_md_disks{state="active"}) > 0', 'resource'],
  ['CoreDNSDown', 'absent(up{job="kube-dns"} == 1)', 'network'],
  ['CephOSDDown', 'ceph_osd_up == 0', 'infrastructure'],
  ['MySQLDown', 'mysql_up == 0', 'database'],
  ['MemcachedDown', 'memcached_up == 0', 'database'],
  ['RabbitMQHighMemory', 'rabbitmq_process_resident_memory_bytes > 1e9', 'infrastructure'],
  ['ElasticsearchHeapTooHigh', 'elasticsearch_jvm_memory_used_bytes{area="heap"} > 1', 'database'],
  [
    'ThanosQueryGrpcServerErrorRate',
    'sum by (job) (rate(grpc_server_handled_total{job=~".*thanos-query.*"}[5m])) > 5',
    'infrastructure',
  ],
  ['LokiRequestLatency', 'loki_request_duration_seconds:99quantile > 1', 'infrastructure'],
  [
    'CertManagerCertExpirySoon',
    'avg by (name) (certmanager_certificate_expiration_timestamp_seconds - time()) < 1',
    'network',
  ],
  ['ArgoCdAppOutOfSync', 'sum(argocd_app_info{sync_status!="Synced"}) > 0', 'application'],
  ['HAProxyServerCheckFailure', 'haproxy_server_status == 0', 'network'],
  ['JvmThreadsDeadlocked', 'jvm_threads_deadlocked > 0', 'application'],
  ['KafkaOfflinePartitions', 'kafka_controller_kafkacontroller_offlinepartitionscount > 0', 'infrastructure'],
  ['WindowsCPUHighUsage', 'windows_cpu_time_total{mode="idle"} < 5', 'resource'],
  ['VeleroBackupFailure', 'velero_backup_failure_total > 0', 'infrastructure'],
  ['PgBouncerClientsWaiting', 'pgbouncer_pools_client_waiting_connections or vector(0) > 20', 'database'],
];

describe('classify', () => {
  for (const [sentence, expected] of SENTENCES) {
    it(`takes "${sentence}" for ${expected}`, () => {
      const { class: found, scores } = said(sentence);
      expect(found, JSON.stringify(scores)).to.equal(expected);
    });
  }

  for (const [name, expr, expected] of RULES) {
    it(`takes the rule ${name} for ${expected}`, () => {
      const { class: found, scores } = ruled(name, expr);
      expect(found, JSON.stringify(scores)).to.equal(expected);
    });
  }

  it('says first what decided, then what counted, and last who investigates', () => {
    const { reasons, scores } = said('MySQL replication lag');
    expect(reasons[0]).to.equal(`class database: most points (${scores.database})`);
    expect(reasons[1]).to.match(/^database \+10: it names MySQL or a relative of it \(name\)$/);
    expect(reasons.at(-1)).to.equal('agent database: it answers for database');
  });

  it('takes an alert that no rule knows for a service of somebody, and says so', () => {
    const { class: found, scores, reasons } = said('Zorblax');
    expect(found).to.equal('application');
    expect(scores).to.deep.equal({});
    expect(reasons[0]).to.match(/no rule knows this alert/);
  });

  it('gives alerts of a class without a pool to the nearest one, and says why', () => {
    const byOrder = said('Host out of memory');
    expect(byOrder).to.include({ class: 'resource', agent: 'database' });
    expect(byOrder.reasons.at(-1)).to.match(/resource has no pool of its own yet, and database is the nearest/);
    const byPoints = said('Pod of postgres is crash looping', {
      annotations: { expr: 'kube_pod_container_status_restarts_total > 1' },
    });
    expect(byPoints).to.include({ class: 'infrastructure', agent: 'database' });
    expect(byPoints.reasons.at(-1)).to.match(/database has the most points/);
  });

  it('lets the labels of the owner override, and says when they name nothing', () => {
    const chosen = said('MySQL is down', { labels: { rca_class: 'network', rca_agent: 'database' } });
    expect(chosen).to.include({ class: 'network', agent: 'database' });
    expect(chosen.reasons.join())
      .to.match(/by rca_class/)
      .and.match(/by rca_agent/);
    const wrong = said('MySQL is down', { labels: { rca_class: 'plumbing', rca_agent: 'resource' } });
    expect(wrong).to.include({ class: 'database', agent: 'database' });
    expect(wrong.reasons.join())
      .to.match(/"plumbing" is no class/)
      .and.match(/"resource" is no agent with a pool/);
  });

  it('gives the worst the first turn', () => {
    const priorities = SEVERITIES.map((severity) => classify(anAlert({ severity })).priority);
    expect(priorities).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('lets a symptom decide less than a technology, wherever the technology is told', () => {
    expect(said('High memory usage', { service: 'postgres' }).class).to.equal('database');
    expect(said('High memory usage').class).to.equal('resource');
  });

  it('does not mistake the path of collection for the subject', () => {
    const labels = { prometheus: 'monitoring/k8s', kube_deployment: 'cart', job: 'cart', kube_namespace: 'shop' };
    expect(said('Error rate of cart', { labels }).class).to.equal('application');
  });

  it('breaks a tie for the more specific class and says so', () => {
    const rule = (match: string) => [{ match, score: 5, because: 'it says so' }];
    const like = (name: string, routing: AgentDefinition['routing']): AgentDefinition => ({
      ...agents.find((agent) => agent.name === name)!,
      routing,
    });
    const two = [
      like('network', { rules: rule('word'), standIns: [] }),
      like('database', { rules: rule('word'), standIns: [] }),
    ];
    const { class: found, reasons } = classifyAlert(anAlert({ title: 'word', name: 'word' }), two);
    expect(found).to.equal('database');
    expect(reasons[0]).to.match(/database and network have 5 points each/);
  });

  it('counts points against a class', () => {
    const network = agents.find((agent) => agent.name === 'network')!;
    const rules = [
      { match: 'port', score: 5, because: 'it speaks of ports' },
      { match: 'port of call', score: -5, because: 'ships have ports too' },
    ];
    const { scores } = classifyAlert(anAlert({ title: 'port of call' }), [
      { ...network, routing: { rules, standIns: [] } },
    ]);
    expect(scores).to.deep.equal({ network: 0 });
  });

  it('reads the metric of a CloudWatch alarm', () => {
    expect(classify(onlyAlert('cloudwatch/sns-alarm')).class).to.equal('database');
    expect(classify(onlyAlert('cloudwatch/eventbridge')).class).to.equal('network');
  });

  it('decides about the longest texts', () => {
    for (const piece of [
      'a',
      ' ',
      'a ',
      'high ',
      'query ',
      'connection ',
      'no ',
      'http ',
      'kube',
      '=',
      '(',
      '_',
      'storage ',
      '1',
    ]) {
      const text = piece.repeat(4000);
      classify(
        anAlert({
          name: text,
          title: text,
          description: text,
          service: text,
          labels: { a: text },
          annotations: { expr: text },
        }),
      );
    }
  });
});
