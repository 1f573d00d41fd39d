import { expect } from 'chai';
import { SUITE_ADAPTERS } from '../../../../../scripts/eval/cases/index.ts';
import { toRecorded } from '../../../../../scripts/eval/cases/opensre.ts';
import type { CaseInput } from '../../../../../scripts/eval/cases/suite-adapter.ts';
import { CULPRIT, PLANTED } from '../../../../fixtures/rca/suite-case-files.ts';
import { SUITE_CASES } from '../../../../fixtures/rca/suite-cases.ts';
import { caseFolder } from '../../../../support/case-folder.ts';

const FIRED = '2026-05-04T10:00:00.000Z';

describe('the adapters of the suites', () => {
  const folder = caseFolder(SUITE_CASES);
  after(folder.remove);
  const read = (suite: string): CaseInput =>
    SUITE_ADAPTERS.find((one) => one.suite === suite)!
      .list(folder.path)[0]!
      .read();
  const dataOf = ({ evidence }: CaseInput, capability: string): unknown =>
    evidence.find((one) => one.capability === capability)?.data;
  const kinds = ({ evidence }: CaseInput) => [...new Set(evidence.map(({ capability }) => capability))].sort();

  for (const { suite, list } of SUITE_ADAPTERS)
    it(`tell the analysis neither id nor folder nor truth: ${suite}`, () => {
      const cases = list(folder.path);
      expect(cases.map(({ id }) => id)).to.deep.equal([`${PLANTED}-1`]);
      const input = cases[0]!.read();
      expect(input.alerts).to.not.be.empty;
      expect(input.evidence).to.not.be.empty;
      expect(JSON.stringify(input).toLowerCase()).to.not.contain(PLANTED);
      expect(list('/nowhere')).to.deep.equal([]);
    });

  it('tvdiag: the anomalies are evidence, with who called whom; what they are a sign of is not said', () => {
    const input = read('tvdiag');
    expect(input.alerts.map(({ title, service }) => [title, service])).to.deep.equal([['Anomalies detected', null]]);
    expect(dataOf(input, 'anomalies.list')).to.deep.equal({
      instances: ['front-0', 'rooms-0', 'rooms-db-0', 'user-0'],
      anomalies: [
        { kind: 'metric', instance: 'rooms-0', caller: null, signal: 'cpu_usage', deviation: 'up' },
        { kind: 'metric', instance: 'rooms-0', caller: null, signal: 'threads', deviation: 'up' },
        { kind: 'trace', instance: 'rooms-0', caller: 'front-0', signal: '/rooms', deviation: 'slow' },
        { kind: 'trace', instance: 'front-0', caller: null, signal: '/', deviation: 'slow' },
        { kind: 'log', instance: 'rooms-0', caller: null, signal: '17', deviation: 'new' },
      ],
    });
    expect(dataOf(input, 'topology.services')).to.deep.include({
      edges: [
        { caller: 'front-0', callee: 'rooms-0' },
        { caller: 'front-0', callee: 'user-0' },
        { caller: 'rooms-0', callee: 'rooms-db-0' },
      ],
    });
  });

  it('itbench-alerts: every alert is an alert of the incident, and the edges of its own system turn to caller and callee', () => {
    const input = read('itbench-alerts');
    expect(input.alerts.map(({ name, service, namespace }) => [name, service, namespace])).to.deep.equal([
      ['HighRequestErrorRate', 'web', 'shop'],
      ['KubePodNotReady', 'cart', 'shop'],
      ['NoRequestsReceived', 'cart', 'shop'],
      ['HighRequestLatency', 'pay', 'shop'],
    ]);
    const { alerts } = dataOf(input, 'alerts.active') as { alerts: unknown[] };
    expect(alerts[1]).to.include({ name: 'KubePodNotReady', kind: 'Pod', entity: 'cart', startsAt: null });
    expect(dataOf(input, 'topology.services')).to.deep.equal({
      edges: [
        { caller: 'web', callee: 'cart' },
        { caller: 'pay', callee: 'cart' },
        { caller: 'web', callee: 'pay' },
      ],
    });
  });

  it('dbot-postgres: the captured webhook goes through the parser of production, metrics and queries are snapshots of the window', () => {
    const input = read('dbot-postgres');
    expect(input.alerts).to.have.length(1);
    expect(input.alerts[0]).to.include({ source: 'alertmanager', name: 'NodeCpuHigh', status: 'firing' });
    expect(input.evidence.map(({ capability, from, to }) => [capability, from, to])).to.deep.equal(
      ['metrics', 'queries'].map(() => ['snapshot.json', '2026-05-04T09:57:00.000Z', FIRED]),
    );
    expect(input.evidence.map(({ data }) => (data as { name: string }).name)).to.deep.equal([
      'postgresql metrics',
      'postgresql queries',
    ]);
  });

  it("holmes: the alert's subject becomes labels, and each output stands under the command that prints it", () => {
    const input = read('holmes');
    const pod = 'stamps-6d9f7c9d8b-x2x7k';
    expect(input.alerts[0]).to.deep.include({
      ...{ title: 'KubePodCrashLooping', description: 'stamps restarts', namespace: 'post' },
      labels: { pod, namespace: 'post', container: 'stamps' },
    });
    const commands = input.evidence.map(({ data }) => (data as { command: string }).command);
    expect(commands).to.deep.equal([`kubectl describe pod ${pod} -n post`, `kubectl logs ${pod} -n post`]);
    expect(input.now.toISOString()).to.equal('2026-05-04T09:59:00.000Z');
  });

  it('holmes-k8s-specs: the question is the alert, and the objects are told as wanted and not as running', () => {
    const input = read('holmes-k8s-specs');
    expect(input.alerts[0]).to.include({ title: 'Why do requests to cart in shop fail?', service: null });
    expect(dataOf(input, 'kubernetes.objects')).to.include({ withStatus: false });
  });

  it("opensre: the monitor's labels and annotations become the alert, every file a snapshot, and the events of RDS rows of a log", () => {
    const input = read('opensre');
    expect(input.alerts[0]).to.deep.include({ service: 'till-api', namespace: 'till', name: 'KubernetesPodPending' });
    expect(input.alerts[0]!.labels).to.include({ pod: 'till-api-7f9dd8b6c4-c12fj' });
    expect(input.alerts[0]!.description).to.contain('is Pending\nPodScheduled=False');
    expect(input.evidence.map(({ data }) => (data as { name: string }).name)).to.deep.equal(['eks_events', 'eks_pods']);
    const event = { date: FIRED, message: 'failover completed', source_identifier: 'till-db' };
    expect(toRecorded('aws_rds_events', { events: [event] })).to.deep.include({
      capability: 'logs.query',
      data: {
        rows: [{ at: FIRED, severity: null, service: 'till-db', body: event.message, attributes: {} }],
        ...{ hasMore: false, warning: null },
      },
    });
  });

  it('rootcausebench: logs, metrics, traces and changes come in the forms of production, the alert without what it may not know', () => {
    const input = read('rootcausebench');
    expect(input.alerts[0]).to.deep.include({
      ...{ service: 'ledger', severity: 'critical', startsAt: FIRED, name: 'ledger-errors' },
      labels: { metric: 'http_errors_per_second' },
    });
    expect(kinds(input)).to.deep.equal([
      'changes.list',
      'logs.query',
      'metrics.query',
      'snapshot.json',
      'traces.query',
    ]);
    const { spans } = dataOf(input, 'traces.query') as { spans: Record<string, unknown>[] };
    expect(spans.map(({ traceId, error }) => [traceId, error])).to.deep.equal([
      ['f1', true],
      ['f1', true],
    ]);
    const { changes } = dataOf(input, 'changes.list') as { changes: { kind: string; id: string }[] };
    expect(changes.map(({ kind }) => kind)).to.deep.equal(['commit', 'commit', 'deploy', 'flag']);
    expect(changes[2]).to.include({ id: CULPRIT, service: 'ledger' });
  });
});
