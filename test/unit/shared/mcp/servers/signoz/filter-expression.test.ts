import { expect } from 'chai';
import fc from 'fast-check';
import { matches } from '../../../../../../scripts/sandbox/signoz/filter-match.ts';
import { parseFilter } from '../../../../../../scripts/sandbox/signoz/filter-parser.ts';
import { allOf, equalTo, literal, nested } from '../../../../../../src/shared/mcp/servers/signoz/filter-expression.ts';

describe('filter expressions', () => {
  it('say exactly the value, whatever it holds', () => {
    const hostile = fc.string({ unit: fc.constantFrom("'", '"', '\\', '(', ')', ' ', 'a', '%', '\n', 'OR', '=') });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'grapheme' })), (value) => {
        const node = parseFilter(`service.name = ${literal(value)}`);
        expect(node).to.have.property('kind', 'compare');
        expect(matches(node, { 'service.name': value })).to.equal(true);
        expect(matches(node, { 'service.name': `${value}x` })).to.equal(false);
      }),
    );
  });

  it('leave out what is not asked and keep the expression of the caller together', () => {
    expect(allOf([undefined, equalTo('a', undefined), nested('  ')])).to.equal(undefined);
    const expression = allOf([equalTo('a', 'x'), nested("b = '1' OR b = '2'")])?.expression;
    expect(expression).to.equal("a = 'x' AND (b = '1' OR b = '2')");
  });
});
