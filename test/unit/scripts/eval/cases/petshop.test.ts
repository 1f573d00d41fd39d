import { expect } from 'chai';
import { petshop } from '../../../../../scripts/eval/cases/petshop.ts';
import type { CapabilityOutput } from '../../../../../src/shared/mcp/capabilities.ts';
import { caseFolder } from '../../../../support/case-folder.ts';

const ALERT_AT = 1_700_000_000;
const WEEK = 7 * 86_400;
const rows = (time: number, value: number) =>
  `timestamp,service,metric,statistic,value\n${time},web,latency,p90,${value}\n`;

const FILES = {
  'rca/index.json': [{ suite: 'petshop', id: 'secret-id', path: 'rca/petshop/secret-id' }],
  'rca/petshop/secret-id/case.json': {
    alert: { service: 'web', metric: 'latency', statistic: 'p90', time: ALERT_AT },
    window: [ALERT_AT - 600, ALERT_AT + 600],
    step_seconds: 300,
    baseline: '../_baseline/low',
  },
  'rca/petshop/secret-id/truth.json': { root_cause_service: 'secret-truth' },
  'rca/petshop/secret-id/metrics.csv.gz': rows(ALERT_AT, 0.5),
  'rca/petshop/_baseline/low/metrics.csv.gz': rows(ALERT_AT + 10 * WEEK, 0.1),
  'rca/petshop/_baseline/low/graph.csv': 'from,to\nweb,db\n',
};

describe('the petshop adapter', () => {
  const folder = caseFolder(FILES);
  after(folder.remove);
  const input = petshop.list(folder.path)[0]!.read();

  it('makes an alert of what the case says and nothing else', () => {
    expect(input.alerts[0]).to.include({ service: 'web', title: 'latency (p90) of web' });
    expect(input.alerts[0]?.startsAt).to.equal(new Date(ALERT_AT * 1000).toISOString());
    expect(JSON.stringify(input)).to.not.match(/secret/);
  });

  it('puts the normal operation before the window, on the same day of the week', () => {
    const [current, baseline] = input.evidence.filter(({ capability }) => capability === 'metrics.query');
    expect(current?.query).to.include({ metric: 'latency', spaceAggregation: 'p90', stepSeconds: 300 });
    const at = (baseline!.data as CapabilityOutput<'metrics.query'>).series[0]!.points[0]![0];
    expect(at).to.equal((ALERT_AT - WEEK) * 1000);
    expect(baseline?.from).to.equal(new Date(at).toISOString());
  });

  it('gives the call graph', () => {
    const graph = input.evidence.find(({ capability }) => capability === 'topology.services');
    expect(graph?.data).to.deep.equal({ edges: [{ caller: 'web', callee: 'db' }] });
  });
});
