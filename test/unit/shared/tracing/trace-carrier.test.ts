import { expect } from 'chai';
import fc from 'fast-check';
import { carrierOfHeaders, traceIdOf } from '../../../../src/shared/tracing/trace-carrier.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length }).map((all) => all.join(''));

describe('the carrier of a trace', () => {
  it('takes what the sender carries, with the state of its vendors', () => {
    expect(carrierOfHeaders({ traceparent: TRACEPARENT })).to.deep.equal({ traceparent: TRACEPARENT });
    const tracestate = ['a=1', 'b=2'];
    expect(carrierOfHeaders({ traceparent: TRACEPARENT, tracestate })).to.deep.equal({
      traceparent: TRACEPARENT,
      tracestate: 'a=1,b=2',
    });
    expect(traceIdOf({ traceparent: TRACEPARENT })).to.equal('0af7651916cd43dd8448eb211c80319c');
  });

  it('leaves a state out that is too long to be carried', () => {
    const tracestate = `a=${'x'.repeat(600)}`;
    expect(carrierOfHeaders({ traceparent: TRACEPARENT, tracestate })).to.deep.equal({ traceparent: TRACEPARENT });
  });

  it('takes nothing that is no traceparent', () => {
    const wrong = [
      undefined,
      '',
      'nonsense',
      TRACEPARENT.toUpperCase(),
      TRACEPARENT.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
      TRACEPARENT.replace('b7ad6b7169203331', '0'.repeat(16)),
      `ff-${TRACEPARENT.slice(3)}`,
      `${TRACEPARENT}-more`,
      `x${TRACEPARENT}`,
    ];
    for (const traceparent of wrong) expect(carrierOfHeaders({ traceparent }), traceparent).to.equal(null);
    expect(traceIdOf(null)).to.equal(null);
  });

  it('takes what later versions of the recommendation add', () => {
    const later = `01-${TRACEPARENT.slice(3)}-more`;
    expect(carrierOfHeaders({ traceparent: later })).to.deep.equal({ traceparent: later });
  });

  it('reads any trace id that is not zero, and throws for no text', () => {
    fc.assert(
      fc.property(hex(32), hex(16), hex(2), (trace, span, flags) => {
        fc.pre(/[^0]/.test(trace) && /[^0]/.test(span));
        expect(traceIdOf({ traceparent: `00-${trace}-${span}-${flags}` })).to.equal(trace);
      }),
    );
    fc.assert(fc.property(fc.string(), (traceparent) => traceIdOf({ traceparent }) === null));
  });
});
