import { expect } from 'chai';
import fc from 'fast-check';
import { parsePromql } from '../../../../../../scripts/sandbox/prometheus/parse-promql.ts';
import type { PromNode } from '../../../../../../scripts/sandbox/prometheus/promql-types.ts';
import { CAPABILITIES } from '../../../../../../src/shared/mcp/capabilities.ts';
import { quoted, readMatchers } from '../../../../../../src/shared/mcp/servers/prometheus/label-matchers.ts';
import { metricExpression } from '../../../../../../src/shared/mcp/servers/prometheus/query-metrics.ts';
import { MAX_POINTS, timeWindow } from '../../../../../../src/shared/mcp/servers/prometheus/time-window.ts';
import { thrownBy } from '../../../../../support/errors.ts';

const range = { from: '2026-11-20T11:00:00.000Z', to: '2026-11-20T12:00:00.000Z' };
const expression = (input: Record<string, unknown>) =>
  metricExpression(CAPABILITIES['metrics.query'].input.parse({ metric: 'up', ...range, ...input }));

/** The metrics and label values that the selectors of an expression look for. */
function selectors(node: PromNode): string[] {
  if (node.kind === 'selector') return node.matchers.map(({ label, value }) => `${label} ${value}`);
  if (node.kind === 'call') return node.args.flatMap(selectors);
  if (node.kind === 'aggregate') return selectors(node.inner);
  return node.kind === 'binary' ? [...selectors(node.left), ...selectors(node.right)] : [];
}

describe('the expression for a metric', () => {
  it('reads gauges as they are and counters as rates, unless it is told otherwise', () => {
    expect(expression({})).to.equal('avg by () ({__name__="up"})');
    expect(expression({ metric: 'http_requests_total', spaceAggregation: 'sum' })).to.equal(
      'sum by () (rate({__name__="http_requests_total"}[120s]))',
    );
    expect(expression({ timeAggregation: 'increase', stepSeconds: 300 })).to.include(
      'rate({__name__="up"}[300s]) * 300',
    );
    expect(expression({ timeAggregation: 'max', spaceAggregation: 'p99', groupBy: ['job'] })).to.equal(
      'quantile by (job) (0.99, max_over_time({__name__="up"}[60s]))',
    );
  });

  it('says which aggregations there are', () => {
    expect(thrownBy(() => expression({ spaceAggregation: 'median' })).message).to.include('avg, sum, min, max, count');
    expect(thrownBy(() => expression({ timeAggregation: 'mode' })).message).to.include('latest, rate, increase');
  });

  it('is well formed and looks for this service alone, whatever the names are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
        fc.string({ maxLength: 20 }),
        (service, metric) => {
          const found = selectors(parsePromql(expression({ service, metric: `m.${metric}` })));
          const values = found.filter((one) => one.startsWith('service_name '));
          expect(values.every((one) => one === `service_name ${service.replace(/\r/g, '\r')}`)).to.equal(true);
        },
      ),
    );
  });
});

describe('label matchers of a caller', () => {
  it('are taken whole', () => {
    expect(readMatchers(undefined)).to.deep.equal([]);
    expect(readMatchers(' {a="b", c=~"d|e",f!=\'g\'} ')).to.deep.equal(['a="b"', 'c=~"d|e"', "f!='g'"]);
    expect(readMatchers('a="x\\"}"')).to.deep.equal(['a="x\\"}"']);
  });

  it('are nothing else', () => {
    for (const filter of ['a', 'a=b', 'a="b" c="d"', 'a="b"} or up{', 'sum(up)', '"x"', 'a="b",,c="d"'])
      expect(thrownBy(() => readMatchers(filter)).message, filter).to.include('label matchers');
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (value) => {
        expect(readMatchers(`a=${quoted(value)}`)).to.have.length(1);
      }),
    );
  });
});

describe('the window of a range query', () => {
  it('stays within the points that a reader needs, on multiples of its step', () => {
    const start = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 });
    fc.assert(
      fc.property(
        start,
        fc.integer({ min: 1, max: 40 * 86_400_000 }),
        fc.integer({ min: 1, max: 7200 }),
        (from, ms, step) => {
          const asked = { from: new Date(from).toISOString(), to: new Date(from + ms).toISOString() };
          const window = timeWindow(asked, step);
          expect((window.end - window.start) / 1000 / window.stepSeconds).to.be.at.most(MAX_POINTS);
          expect(window.start).to.be.within(from, from + ms);
          expect(window.end).to.be.within(window.start, from + ms);
          expect(window.raised).to.equal(window.stepSeconds > step);
          if (window.start !== window.end) expect(window.start % (window.stepSeconds * 1000)).to.equal(0);
        },
      ),
    );
    expect(timeWindow(range).stepSeconds).to.equal(15);
  });
});
