import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

type Recorded = Parameters<typeof concluded>[1];
const verdict = (alert: string, ...recorded: Recorded) => concluded(alert, recorded).report.verdict;

describe('a site that somebody says is down', () => {
  const alert = 'Is status.orchard.example down? The partner says it cannot be reached';
  const asked = (output: string, host = 'status.orchard.example') =>
    printed(
      `for p in / /feed; do curl -s -o /dev/null -w "%{http_code} %{time_total}\\n" https://${host}$p; done`,
      output,
    );

  it('answers where it was asked under its own name and every answer was good', () => {
    const { report, struck } = concluded(alert, [asked('200 0.051\n200 0.044\n')]);
    expect(struck).to.deep.equal([]);
    expect(report.verdict).to.equal('healthy');
    expect(
      verdict(
        alert,
        printed('curl -sI https://status.orchard.example/', 'HTTP/2 301 \nlocation: /en\n\nHTTP/2 200 \n'),
        asked('200 0.05\n'),
      ),
    ).to.equal('healthy');
  });

  it('is not cleared up by one answer, a bad one, another name, or where more than reaching it is in doubt', () => {
    expect(verdict(alert, asked('200 0.051\n'))).to.not.equal('healthy');
    expect(verdict(alert, asked('200 0.051\n503 0.044\n'))).to.not.equal('healthy');
    expect(
      verdict(alert, asked('000 10.001\n200 0.044\n200 0.05\n'), asked('curl: (28) Connection timed out\n')),
    ).to.not.equal('healthy');
    expect(verdict(alert, asked('200 0.051\n200 0.044\n', 'www.orchard.example'))).to.not.equal('healthy');
    for (const more of [
      'The login at status.orchard.example is down',
      'status.orchard.example is down for some customers',
    ])
      expect(verdict(more, asked('200 0.051\n200 0.044\n')), more).to.not.equal('healthy');
  });
});

describe('a cluster whose members or copies were missed', () => {
  const alert = 'KafkaUnderReplicatedPartitions: 14 partitions of events are under-replicated';
  const topics = (flags: string, ...rows: string[]) =>
    printed(`kafka-topics.sh --bootstrap-server b1:9092 --describe ${flags}`, rows.map((row) => `${row}\n`).join(''));
  const row = (partition: number, isr: string, leader = '1') =>
    `\tTopic: clicks\tPartition: ${partition}\tLeader: ${leader}\tReplicas: 1,2,3\tIsr: ${isr}`;

  it('is whole again where its own tools say so', () => {
    expect(verdict(alert, topics('', row(0, '1,2,3'), row(1, '3,2,1', '2')))).to.equal('healthy');
    expect(verdict(alert, topics('--under-replicated-partitions'), topics('--topic clicks', row(0, '1,2,3')))).to.equal(
      'healthy',
    );
    const search = 'ElasticsearchClusterHealthYellow: cluster logs was yellow';
    const health = '{"cluster_name":"logs","status":"green","number_of_nodes":3,"unassigned_shards":0}\n';
    expect(verdict(search, printed('curl -s localhost:9200/_cluster/health', health))).to.equal('healthy');
    const ring = 'Cassandra node 10.2.0.12 was down';
    const nodes =
      'Datacenter: dc1\n--  Address    Load  Tokens\nUN  10.2.0.11  71 GiB  16\nUN  10.2.0.12  70 GiB  16\n';
    expect(verdict(ring, printed('nodetool status', nodes))).to.equal('healthy');
  });

  it('is whole by the status of all of its members, one of which leads', () => {
    const status = (...members: [leader: boolean, error: string][]) =>
      printed(
        'etcdctl endpoint status --cluster -w table',
        [
          '+------------+---------+-----------+--------+',
          '|  ENDPOINT  | DB SIZE | IS LEADER | ERRORS |',
          '+------------+---------+-----------+--------+',
          ...members.map(([leader, error], at) => `| 10.0.0.${at}:2379 | 91 MB | ${leader} | ${error} |`),
          '+------------+---------+-----------+--------+',
        ].join('\n'),
      );
    const missed = 'etcdMembersDown: etcd cluster members were away';
    expect(verdict(missed, status([true, ''], [false, ''], [false, '']))).to.equal('healthy');
    expect(verdict(missed, status([true, ''], [false, '']))).to.not.equal('healthy');
    expect(verdict(missed, status([false, ''], [false, ''], [false, '']))).to.not.equal('healthy');
    expect(verdict(missed, status([true, ''], [false, 'etcdserver: no leader'], [false, '']))).to.not.equal('healthy');
  });

  it('is not where a copy or a leader is missing still, where little was asked, or where copies come and go', () => {
    expect(verdict(alert, topics('', row(0, '1,2,3'), row(1, '1,2')))).to.not.equal('healthy');
    expect(verdict(alert, topics('', row(0, '1,2,3', 'none')))).to.not.equal('healthy');
    expect(verdict(alert, topics('--topic clicks', row(0, '1,2,3')))).to.not.equal('healthy');
    expect(verdict(alert, topics('--under-replicated-partitions'))).to.not.equal('healthy');
    const flapping = printed(
      'journalctl -u kafka -n 50',
      [1, 2, 3, 4]
        .flatMap((minute) => [
          `[2031-04-02 10:0${minute}:11,118] INFO [Partition clicks-0 broker=1] Shrinking ISR from 1,2,3 to 1,2`,
          `[2031-04-02 10:0${minute}:19,004] INFO [Partition clicks-0 broker=1] Expanding ISR from 1,2 to 1,2,3`,
        ])
        .join('\n'),
    );
    expect(verdict(alert, topics('', row(0, '1,2,3')), flapping)).to.not.equal('healthy');
    const yellow = '{"cluster_name":"logs","status":"yellow","unassigned_shards":3}\n';
    expect(
      verdict('ElasticsearchClusterHealthYellow', printed('curl -s localhost:9200/_cluster/health', yellow)),
    ).to.not.equal('healthy');
  });
});

describe('warnings that an alert counts', () => {
  const alert = 'LogWarnings: planner logged 12 WARN lines in 30 minutes';
  const pods = printed(
    'kubectl get pods -n plan',
    'NAME                         READY   STATUS    RESTARTS   AGE\nplanner-6d5f9b7c84-m2k8d   1/1     Running   0          12d\napi-7b9c6d5f48-x9w2p         1/1     Running   0          12d\n',
  );
  const log = (...warnings: string[]) =>
    printed(
      'kubectl logs planner-6d5f9b7c84-m2k8d -n plan --since=30m',
      [
        '2031-04-02T10:01:00Z INFO registered shift-planner',
        ...warnings.map((warning) => `2031-04-02T10:02:00Z WARN ${warning}`),
        '2031-04-02T10:05:00Z INFO registered shift-planner',
        '2031-04-02T10:35:00Z INFO registered shift-swapper',
        '',
      ].join('\n'),
    );
  const api = printed(
    'kubectl logs api-7b9c6d5f48-x9w2p -n plan --tail=3',
    '2031-04-02T10:36:01Z INFO GET /shifts status=200 took=12ms\n2031-04-02T10:36:04Z INFO GET /shifts status=200 took=9ms\n',
  );

  it('are harmless where none tells of anything that fails and work goes on', () => {
    const naming = 'plan name "night_shift" has an underscore, it will be shown with a dash';
    expect(verdict(alert, pods, log(naming, naming), api)).to.equal('healthy');
  });

  it('are not where one tells of trouble, or where nobody was seen at work', () => {
    expect(verdict(alert, pods, log('worker 3 lost its lease, no leader'), api)).to.not.equal('healthy');
    expect(verdict(alert, pods, log('plan name "night_shift" has an underscore'))).to.not.equal('healthy');
  });
});
