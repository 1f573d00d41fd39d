import { expect } from 'chai';
import { lostRequests } from '../../../../../src/workers/localisation/symptoms/lost-requests.ts';
import type { CallGraph } from '../../../../../src/workers/localisation/telemetry/call-graph.ts';
import type { Series } from '../../../../../src/workers/localisation/telemetry/read-series.ts';

const MINUTE = 60_000;
const ALERT_AT = 10 * MINUTE;
const CALLS: [string, string][] = [
  ['door', 'desk'],
  ['desk', 'shelf'],
  ['desk', 'till'],
  ['till', 'shelf'],
];

const graph: CallGraph = {
  calleesOf: (service) => CALLS.flatMap(([caller, callee]) => (caller === service ? [callee] : [])),
  callersOf: (service) => CALLS.flatMap(([caller, callee]) => (callee === service ? [caller] : [])),
  entries: ['door'],
  mayCarryRequests: () => true,
};

/** Requests of a service by minute: `before` up to the eighth, `during` from then on, with some unrest. */
function requests(service: string, before: number, during: number): Series {
  const points = Array.from({ length: 12 }, (_, minute): [number, number] => {
    return [minute * MINUTE, (minute < 8 ? before : during) + (minute % 3)];
  });
  return {
    metric: 'requests',
    aggregation: '',
    component: { service, instance: null },
    points,
    baseline: [],
    history: [],
    evidence: [1],
  };
}

const blamed = (series: Series[]) =>
  lostRequests(series, ALERT_AT, graph)
    .filter(({ clarity }) => clarity > 0.3)
    .map(({ component }) => component.service);

describe('lost requests', () => {
  it('are the fault of the service that passes on fewer of them', () => {
    const series = [requests('door', 100, 100), requests('desk', 100, 100), requests('till', 90, 20)];
    expect(blamed([...series, requests('shelf', 200, 40)])).to.deep.equal(['desk']);
    expect(lostRequests(series, ALERT_AT, graph)[0]!.reason).to.contain('desk passes on fewer of its requests to till');
  });

  it("are nobody's fault where fewer requests come in", () => {
    const fewer = ['door', 'desk', 'till', 'shelf'].map((service) => requests(service, 100, 20));
    expect(blamed(fewer)).to.be.empty;
  });

  it('are not told from a handful of requests', () => {
    expect(blamed([requests('desk', 5, 5), requests('till', 1, 0)])).to.be.empty;
  });

  it('are none without series or without a call graph', () => {
    expect(lostRequests([], ALERT_AT, graph)).to.be.empty;
    const alone: CallGraph = { ...graph, calleesOf: () => [], callersOf: () => [] };
    expect(lostRequests([requests('desk', 100, 100), requests('till', 90, 20)], ALERT_AT, alone)).to.be.empty;
  });
});
