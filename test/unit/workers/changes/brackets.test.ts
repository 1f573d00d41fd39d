import { expect } from 'chai';
import fc from 'fast-check';
import { argumentsAt, closingOf } from '../../../../src/workers/changes/brackets.ts';

describe('brackets in a line of code', () => {
  it('are closed where as many were closed as were opened', () => {
    expect(closingOf('rows.map((row) => load(row.id)).join()', 8)).to.equal(30);
    expect(closingOf('rows.map((row) => {', 8)).to.equal(null);
  });

  it('hold the arguments of a call, those with brackets of their own whole', () => {
    expect(argumentsAt('set(key, wait(2, "s"), [1, 2]); more(3)', 4)).to.deep.equal([
      'key',
      ' wait(2, "s")',
      ' [1, 2]',
    ]);
    expect(argumentsAt('set(key, {', 4)).to.deep.equal(['key', ' {']);
  });

  it('never lose a sign of what stands between them', () => {
    const balanced = fc.array(fc.constantFrom('a', '(b)', '[c, d]', '{e}')).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(fc.array(balanced, { minLength: 1, maxLength: 6 }), (given) => {
        const call = `f(${given.join(',')})`;
        expect(argumentsAt(`${call}.g(h)`, 2)).to.deep.equal(given);
        expect(closingOf(`${call}.g(h)`, 1)).to.equal(call.length - 1);
      }),
    );
  });
});
