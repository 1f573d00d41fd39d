import { expect } from 'chai';
import { nezha } from '../../../../../scripts/eval/cases/nezha.ts';
import type { CapabilityOutput } from '../../../../../src/shared/mcp/capabilities.ts';
import { caseFolder } from '../../../../support/case-folder.ts';

const ALERT_AT = 1_700_000_000;
const MICROS = 1_000_000;
const spans = (second: number) =>
  `trace_id,span_id,parent_id,service,instance,operation,start_us,duration_us\nt0,s0,,web,web-1,GET /,${second * MICROS + 123},4500\n`;

const FILES = {
  'rca/index.json': [
    { suite: 'nezha', id: 'secret-id', path: 'rca/nezha/secret-id' },
    { suite: 'other', id: 'x', path: 'rca/other/x' },
  ],
  'rca/nezha/secret-id/case.json': {
    id: 'secret-id',
    system: 'shop',
    alert_time: ALERT_AT,
    window: [ALERT_AT - 480, ALERT_AT + 180],
    step_seconds: 60,
    baseline: '../_baseline/day',
  },
  'rca/nezha/secret-id/truth.json': { root_cause_service: 'secret-truth' },
  'rca/nezha/secret-id/metrics.csv.gz': [
    'timestamp,service,instance,metric,value',
    `${ALERT_AT},web,web-1,Cpu,80`,
    `${ALERT_AT - 60},web,web-1,Cpu,5`,
    `${ALERT_AT},__entry__,Frontend,SuccessRate(%),99`,
  ].join('\n'),
  'rca/nezha/secret-id/traces.csv.gz': spans(ALERT_AT - 10),
  'rca/nezha/secret-id/logs.csv.gz': `time_ms,service,instance,trace_id12,message\n${ALERT_AT * 1000},web,web-1,abc,"one, two"\n`,
  'rca/nezha/_baseline/day/traces.csv.gz': spans(ALERT_AT + 3600),
  'rca/nezha/_baseline/day/graph.csv': 'from,to\nweb,db\nweb,10.1.2.3\n',
};

describe('the nezha adapter', () => {
  const folder = caseFolder(FILES);
  after(folder.remove);
  const [found, ...others] = nezha.list(folder.path);
  const input = found!.read();
  const of = (capability: string) => input.evidence.filter((item) => item.capability === capability);

  it('lists the cases of its suite only, none where the folder is absent', () => {
    expect(found?.id).to.equal('secret-id');
    expect(others).to.be.empty;
    expect(nezha.list('/nowhere')).to.deep.equal([]);
  });

  it('tells the analysis neither id nor folder nor truth', () => {
    expect(JSON.stringify(input)).to.not.match(/secret/);
  });

  it('gives series by service and pod, oldest first, and what users see without a service', () => {
    const [cpu, success] = of('metrics.query').map(({ data }) => data as CapabilityOutput<'metrics.query'>);
    expect(cpu?.series[0]?.labels).to.deep.equal({ 'service.name': 'web', 'k8s.pod.name': 'web-1' });
    expect(cpu?.series[0]?.points).to.deep.equal([
      [(ALERT_AT - 60) * 1000, 5],
      [ALERT_AT * 1000, 80],
    ]);
    expect(success?.series[0]?.labels).to.deep.equal({});
  });

  it('gives spans to the microsecond, and a baseline that lies a whole day before where it was recorded later', () => {
    const [current, baseline] = of('traces.query');
    const [span] = (current!.data as CapabilityOutput<'traces.query'>).spans;
    expect(span).to.deep.include({ parentSpanId: null, durationMs: 4.5, service: 'web' });
    expect(span?.at).to.match(/\.000123Z$/);
    expect(Date.parse(baseline?.to ?? '')).to.be.closeTo((ALERT_AT + 3600 - 86_400) * 1000, 1000);
  });

  it('gives log lines with their request, and the call graph without bare addresses', () => {
    const [log] = (of('logs.query')[0]!.data as CapabilityOutput<'logs.query'>).rows;
    expect(log).to.deep.include({ body: 'one, two', service: 'web' });
    expect(log?.attributes.trace_id).to.equal('abc');
    expect(of('topology.services')[0]?.data).to.deep.equal({ edges: [{ caller: 'web', callee: 'db' }] });
  });
});
