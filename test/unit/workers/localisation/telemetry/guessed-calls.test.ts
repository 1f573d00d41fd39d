import { expect } from 'chai';
import { guessedCalls } from '../../../../../src/workers/localisation/telemetry/guessed-calls.ts';

describe('calls that names make one guess', () => {
  it('go from entrances to the others, from those to the stores, and to the parts of a service', () => {
    const calls = guessedCalls(['api-gateway', 'orders', 'orders-db']).map((call) => call.join(' > '));
    expect(calls.sort()).to.deep.equal(['api-gateway > orders', 'api-gateway > orders-db', 'orders > orders-db']);
    expect(guessedCalls(['Worker', 'Worker::Function'])).to.deep.equal([['Worker', 'Worker::Function']]);
  });

  it('are not there between equals', () => {
    expect(guessedCalls(['order', 'orders', 'payments'])).to.deep.equal([]);
  });
});
