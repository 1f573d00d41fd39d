import { expect } from 'chai';
import { verifyToken } from '../../../src/producer/verify-token.ts';

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const faultOf = (authorization: string | undefined, tokens = ['s3cret']) => {
  const result = verifyToken(authorization, tokens);
  return result.ok ? null : result.fault;
};

describe('the token of a sender', () => {
  it('is accepted as bearer and as the password of basic auth', () => {
    expect(faultOf('Bearer s3cret')).to.equal(null);
    expect(faultOf('bearer s3cret')).to.equal(null);
    expect(faultOf(basic('anybody:s3cret'))).to.equal(null);
    expect(faultOf(basic(':s3:cret'), ['s3:cret'])).to.equal(null);
    expect(faultOf('Bearer s3cret', ['new', 's3cret'])).to.equal(null);
  });

  it('is refused with a reason that does not repeat it', () => {
    expect(faultOf(undefined)).to.equal('authorization_missing');
    expect(faultOf('')).to.equal('authorization_missing');
    expect(faultOf('s3cret')).to.equal('authorization_malformed');
    expect(faultOf('Bearer ')).to.equal('authorization_malformed');
    expect(faultOf('Digest s3cret')).to.equal('authorization_malformed');
    expect(faultOf(basic('no colon'))).to.equal('authorization_malformed');
    expect(faultOf('Bearer other')).to.equal('token_wrong');
    expect(faultOf(basic('s3cret:'))).to.equal('token_wrong');
    expect(JSON.stringify(verifyToken('Bearer 0ther', ['s3cret']))).not.to.match(/0ther|s3cret/);
  });

  it('opens nothing while none is configured', () => {
    expect(faultOf('Bearer ', [])).to.equal('no_token');
    expect(faultOf('Bearer x', [''])).to.equal('no_token');
  });
});
