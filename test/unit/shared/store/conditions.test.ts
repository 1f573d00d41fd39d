import { expect } from 'chai';
import { conditions } from '../../../../src/shared/store/conditions.ts';

describe('the conditions of a statement', () => {
  it('are those that are asked for, their values numbered in their order', () => {
    const asked = conditions([['a = $', 1], null, ['b is null'], ['(c, d) < ($::int, $)', 2, 'x$y']]);
    expect(asked).to.deep.equal({ where: 'a = $1 and b is null and (c, d) < ($2::int, $3)', values: [1, 2, 'x$y'] });
  });

  it('are true when nothing is asked for', () => {
    expect(conditions([null])).to.deep.equal({ where: 'true', values: [] });
  });
});
