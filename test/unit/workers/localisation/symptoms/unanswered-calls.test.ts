import { expect } from 'chai';
import { vanishedOperations } from '../../../../../src/workers/localisation/symptoms/span-symptoms.ts';
import { clientSpans, unansweredCalls } from '../../../../../src/workers/localisation/symptoms/unanswered-calls.ts';
import type { Span, Trace, Traces } from '../../../../../src/workers/localisation/telemetry/read-spans.ts';

function span(id: string, parent: string | null, service: string, operation: string): Span {
  return { id, parent, component: { service, instance: null }, operation, start: 0, end: 1, error: false };
}

/** A request to the door, which asks the desk and the till by client spans; those not named answer. */
function request(silent: string[] = []): Trace {
  const calls = ['desk', 'till'].flatMap((callee) => {
    const client = span(`call ${callee}`, 'door', 'door', `call ${callee}`);
    return silent.includes(callee) ? [client] : [client, span(callee, client.id, callee, 'serve')];
  });
  return [span('door', null, 'door', 'open'), ...calls];
}

const times = (count: number, trace: () => Trace) => Array.from({ length: count }, trace);
const traces = (before: Trace[], during: Trace[]): Traces => ({ before, unsure: [], during, evidence: [3] });
const unanswered = (all: Traces) => unansweredCalls(all, clientSpans(all));

describe('unanswered calls', () => {
  const gone = traces(
    times(30, () => request()),
    times(30, () => request(['till'])),
  );

  it('are the fault of the service that does not answer, and not of its caller', () => {
    const found = unanswered(gone);
    expect(found.map(({ component }) => component.service)).to.deep.equal(['till']);
    expect(found[0]).to.include({ class: 'infrastructure' });
    expect(found[0]!.clarity).to.be.greaterThan(0.9);
    expect(found[0]!.reason).to.equal('till leaves 30 of 30 calls without an answer, before or elsewhere 0 of 30');
    expect(vanishedOperations(gone, clientSpans(gone))).to.be.empty;
  });

  it('are told from the calls of others where nothing is known from before', () => {
    const now = times(30, () => request(['till'])).concat(times(3, () => request()));
    expect(unanswered(traces([], now)).map(({ component }) => component.service)).to.deep.equal(['till']);
  });

  it('are none when all calls are answered, when few are, and when there are no traces', () => {
    const healthy = times(30, () => request());
    expect(unanswered(traces(healthy, healthy))).to.be.empty;
    expect(unanswered(traces(healthy, [request(), request(['till'])]))).to.satisfy((found: { clarity: number }[]) =>
      found.every(({ clarity }) => clarity === 0),
    );
    expect(unanswered(traces([], []))).to.be.empty;
  });

  it('does not take an operation that calls several services for a call', () => {
    const mixed: Trace = [
      span('a', null, 'door', 'open'),
      span('b', 'a', 'desk', 'serve'),
      span('c', 'a', 'till', 'serve'),
    ];
    expect(clientSpans(traces([mixed], [])).size).to.equal(0);
  });
});
