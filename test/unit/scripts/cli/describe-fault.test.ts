import { expect } from 'chai';
import { describeFault } from '../../../../scripts/cli/describe-fault.ts';
import { FleetError } from '../../../../src/shared/errors.ts';

describe('the description of a fault', () => {
  it('joins an error and its causes and says nothing twice', () => {
    const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
    expect(describeFault(new Error('no answer', { cause }))).to.equal(
      'no answer: fetch failed: connect ECONNREFUSED 127.0.0.1:1',
    );
    const told = new FleetError('store_unavailable', 'no answer: connect ECONNREFUSED 127.0.0.1:1', { cause });
    expect(describeFault(told)).to.equal('no answer: connect ECONNREFUSED 127.0.0.1:1');
  });

  it('names the first address where several were tried', () => {
    const tried = new AggregateError([
      new Error('connect ECONNREFUSED ::1:1'),
      new Error('connect ECONNREFUSED 127.0.0.1:1'),
    ]);
    expect(describeFault(new Error('fetch failed', { cause: tried }))).to.equal(
      'fetch failed: connect ECONNREFUSED ::1:1',
    );
    expect(describeFault(tried)).to.equal('connect ECONNREFUSED ::1:1');
  });

  it('masks passwords, but not the example in a remedy', () => {
    expect(describeFault(new Error('postgres://ann:hunter2@db/x is not there'))).to.equal(
      'postgres://ann:[masked:password]@db/x is not there',
    );
    const example = 'give postgres://user:password@host:5432/database';
    expect(describeFault(new Error(example))).to.equal(example);
  });

  it('has words for what is no error', () => {
    expect(describeFault(undefined)).to.equal('unknown error');
    expect(describeFault('just text')).to.equal('just text');
  });
});
