import { expect } from 'chai';
import { partsOfKey, timeSpent } from '../../../../../src/workers/localisation/symptoms/time-spent.ts';
import { componentOf } from '../../../../../src/workers/localisation/telemetry/component.ts';
import type { Span } from '../../../../../src/workers/localisation/telemetry/read-spans.ts';

function span(id: string, parent: string | null, service: string, start: number, end: number): Span {
  return { id, parent, component: { service, instance: null }, operation: id, start, end, error: false };
}

const readable = (map: Map<string, number[]>) =>
  Object.fromEntries(
    [...map].map(([key, values]) => {
      const [left, right] = partsOfKey(key);
      return [`${componentOf(left).service} ${componentOf(right).service}`, values];
    }),
  );

describe('where the time of requests is spent', () => {
  it('is with the innermost open span, and between two services while only the client span is open', () => {
    const trace = [
      span('serve', null, 'door', 0, 100),
      span('ask', 'serve', 'door', 10, 90),
      span('answer', 'ask', 'desk', 30, 60),
    ];
    const spent = timeSpent([trace]);
    expect(readable(spent.work)).to.deep.equal({ 'door serve': [20], 'desk answer': [30] });
    expect(readable(spent.between)).to.deep.equal({ 'door desk': [50] });
  });

  it('is within the first of a request, whomever it calls, as nobody is known to have called it', () => {
    const trace = [span('settle', null, 'worker', 0, 600), span('update', 'settle', 'store', 10, 15)];
    const spent = timeSpent([trace]);
    expect(readable(spent.work)).to.deep.equal({ 'worker settle': [595], 'store update': [5] });
    expect(spent.between.size).to.equal(0);
  });

  it('adds up to the duration of the request when spans overlap like siblings', () => {
    const trace = [span('a', null, 'x', 0, 50), span('b', 'a', 'x', 5, 45), span('c', 'a', 'x', 10, 60)];
    const total = [...timeSpent([trace]).work.values()].flat().reduce((sum, ms) => sum + ms, 0);
    expect(total).to.equal(60);
  });

  it('takes spans without parent, with themselves as parent, and gaps between spans', () => {
    const trace = [span('a', 'gone', 'x', 0, 10), span('b', 'b', 'y', 20, 30)];
    expect(readable(timeSpent([trace]).work)).to.deep.equal({ 'x a': [10], 'y b': [10] });
    expect(timeSpent([[]]).work.size).to.equal(0);
  });
});
